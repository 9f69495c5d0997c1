"""Bytes to characters: the encoding found out and checked, never guessed past a doubt."""

import re

from kb.errors import SourceError

__all__ = ["decode"]

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32-le"), (b"\x00\x00\xfe\xff", "utf-32-be"),
         (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_RESAVE = "请用记事本等编辑器打开，确认文字正常后另存为 UTF-8 编码再导入"


def decode(data: bytes, declared: str = "") -> str:
    """Text in UTF-8, UTF-16, UTF-32 with a mark, GB18030 or Big5. Raises SourceError for anything else.

    What a web page declares decides only between the last two, and only where its text is ordinary text then: the
    bytes themselves know better. Text that was already damaged (U+FFFD, 锟斤拷) is refused too: a quotation from it
    could not be trusted.
    """
    text = _decoded(data, declared.lower())
    if "�" in text or "锟斤拷" in text:
        raise SourceError("文字已经损坏（含有“�”或“锟斤拷”）", "请取得编码正确的原件再导入")
    if "\0" in text:
        raise SourceError("不是文本文件（含有空字节）", _RESAVE)
    return text


def _decoded(data: bytes, declared: str) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark):].decode(encoding)
            except UnicodeDecodeError as error:
                raise SourceError(f"文件标明是 {encoding.upper()}，内容却不是", _RESAVE) from error
    if b"\0" in data:
        return _utf_16_without_mark(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy(data, declared)


def _utf_16_without_mark(data: bytes) -> str:
    """Chinese read in the wrong byte order falls all over the table, so that only one order gives ordinary text."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _ODD.search(text) and _share_of_frequent(text[:250_000], *_SIMPLIFIED) >= 0.9:
            return text
    raise SourceError("不是文本文件，或编码混乱（含有空字节）", _RESAVE)


# In both legacy encodings the first rows hold the characters ordinary text is made of; text read in the wrong one
# falls into rare rows. Half a million bytes decide.
_SIMPLIFIED, _TRADITIONAL = ("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)
_LEGACY = (("gb18030", ("gb2312", "gbk", "gb18030", "x-gbk"), _SIMPLIFIED), ("big5", ("big5", "big5-hkscs"), _TRADITIONAL))
_ODD = re.compile("[\\x00-\\x08\\x0e-\\x1f]")


def _legacy(data: bytes, declared: str) -> str:
    best, best_share = "", 0.0
    for encoding, names, ordinary in _LEGACY:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        share = _share_of_frequent(text[:250_000], *ordinary)
        if declared in names and share >= 0.7:
            return text
        if share > best_share:
            best, best_share = text, share
    if best_share < 0.7:
        guess = _guess(data)
        raise SourceError(f"无法确定文字编码{f'（可能是 {guess}）' if guess else ''}", _RESAVE)
    return best


def _share_of_frequent(text: str, table: str, first: int, last: int) -> float:
    characters = [c for c in text if ord(c) > 0x7F and not "　" <= c <= "〗" and not "！" <= c <= "～"]
    if not characters:
        return 1.0
    lead = (c.encode(table, "ignore")[:1] for c in characters)
    return sum(1 for byte in lead if byte and first <= byte[0] <= last) / len(characters)


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:20_000]).best()
    return best.encoding if best is not None else ""
