"""Plain text and Markdown: encodings, headings, tables; and files that are not what their names say."""

import codecs
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import BlockKind, ParsedDocument, RawFile
from ingest.parse import parse
from ingest.parse.encoding import decode
from ingest.parse.wrapping import unwrapped
from kb.errors import SourceError
from kb.text import clean

LAW = "第一条 为了保护商业秘密，制定本办法。\r\n第二条 经营者不得侵犯他人的商业秘密。\r\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TRADITIONAL = "第一條 為了保護營業秘密，維護產業倫理與競爭秩序，調和社會公共利益，特制定本法。本法未規定者，適用其他法律之規定。"


def parsed(name: str, text: str) -> ParsedDocument:
    return parse(RawFile(name, text.encode(), "0" * 64))


@pytest.mark.parametrize("data", [
    LAW.encode(), codecs.BOM_UTF8 + LAW.encode(), LAW.encode("gbk"), LAW.encode("gb18030"),
    codecs.BOM_UTF16_LE + LAW.encode("utf-16-le"), codecs.BOM_UTF16_BE + LAW.encode("utf-16-be"),
    codecs.BOM_UTF32_LE + LAW.encode("utf-32-le"), LAW.encode("utf-16-le"), LAW.encode("utf-16-be"),
], ids=["utf-8", "utf-8 with mark", "gbk", "gb18030", "utf-16 little", "utf-16 big", "utf-32", "utf-16 little without mark", "utf-16 big without mark"])
def test_text_is_read_in_whatever_encoding_chinese_files_have(data: bytes) -> None:
    assert decode(data) == LAW


def test_big5_and_four_byte_gb18030_are_told_apart() -> None:
    assert decode(TRADITIONAL.encode("big5")) == TRADITIONAL
    rare = LAW + "㐀䶵𠀀"
    assert decode(rare.encode("gb18030")) == rare


@pytest.mark.parametrize("data", [
    b"\x00\x01\x02" + LAW.encode(), LAW.encode("utf-16-le") + b"\0", codecs.BOM_UTF8 + LAW.encode("gbk"),
    "锟斤拷".encode(), "损坏�的文字".encode(), bytes(range(128, 256)) * 40,
], ids=["binary", "utf-16 cut off", "false mark", "kun jin kao", "replacement character", "noise"])
def test_text_that_cannot_be_trusted_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError) as refused:
        decode(data)
    assert refused.value.problem and refused.value.remedy


def test_what_a_page_declares_decides_only_where_the_bytes_leave_a_choice() -> None:
    assert decode(LAW.encode(), "gb2312") == LAW and decode(LAW.encode("gbk"), "utf-8") == LAW
    assert decode(LAW.encode("gbk"), "big5") == LAW and decode(TRADITIONAL.encode("big5"), "gb2312") == TRADITIONAL


@given(st.text(alphabet=st.characters(categories=["Lo", "Nd"], max_codepoint=0x9FFF), min_size=1))
def test_utf_8_survives(text: str) -> None:
    assert decode(text.encode()) == text


def test_markdown_headings_paragraphs_and_list_items_become_blocks() -> None:
    blocks = parsed("a.md", "# 指南\n\n## 步骤 ##\n\n先**固定**证据，见[说明](https://example.cn)。\n- 合同\n- 清单\n").blocks
    assert [(b.kind, b.level, b.text) for b in blocks] == [
        (BlockKind.HEADING, 1, "指南"), (BlockKind.HEADING, 2, "步骤"),
        (BlockKind.PARAGRAPH, 0, "先固定证据，见说明。"), (BlockKind.PARAGRAPH, 0, "- 合同"), (BlockKind.PARAGRAPH, 0, "- 清单")]


def test_offsets_count_in_the_blocks_joined_by_line_ends() -> None:
    blocks = parsed("a.md", "# 甲\n\n乙\n\n| 项 | 值 |\n| --- | --- |\n| 一<br>二 | 3 |\n").blocks
    text = "\n".join(block.text for block in blocks)
    assert all(text[block.start:block.start + len(block.text)] == block.text for block in blocks)


def test_a_wrapped_paragraph_is_one_paragraph_and_two_short_lines_are_two() -> None:
    wrapped = "经营者应当采取相应保密措施，包括签订保密协议、限制接触人员的范围以及对涉密\n载体进行标记和管理。\n\n甲方\n乙方"
    assert [b.text for b in parsed("a.md", wrapped).blocks] == [wrapped.split("\n\n")[0].replace("\n", ""), "甲方", "乙方"]


def test_each_table_row_can_be_read_alone() -> None:
    blocks = parsed("a.md", "| 指标 | 数值 | 单位 |\n|:--|--:|---|\n| 满意度 | 83.5 | 分 |\n| 服务站<br/>(商业秘密) | 50 | |\n").blocks[1:]
    assert [(b.kind, b.text) for b in blocks] == [
        (BlockKind.ROW, "指标：满意度；数值：83.5；单位：分"), (BlockKind.ROW, "指标：服务站\n(商业秘密)；数值：50")]


def test_html_in_markdown_is_shown_as_text() -> None:
    shown = parsed("a.md", "<script>alert(1)</script>商业秘密 <b>定义</b>").blocks[0].text
    assert shown == "<script>alert(1)</script>商业秘密 <b>定义</b>"


def test_front_matter_is_kept_apart() -> None:
    document = parsed("a.md", "---\nkind: guide\ntitle: 怎么办：离职\n---\n# 怎么办\n")
    assert document.front_matter == {"kind": "guide", "title": "怎么办：离职"}
    assert [b.text for b in document.blocks] == ["怎么办"]


def test_invisible_characters_are_not_stored() -> None:
    assert parsed("a.txt", "商业\u200b秘密\u202e\U000e0041").blocks[0].text == "商业秘密"


@pytest.mark.parametrize(("name", "data", "said"), [
    ("公文.ofd", b"PK\x03\x04....OFD.xml", "OFD"), ("包.zip", b"PK\x03\x04....", "ZIP 压缩包"), ("书.epub", b"PK\x03\x04META-INF/container.xml", "EPUB"),
    ("文.odt", b"PK\x03\x04..META-INF/manifest.xml", "OpenDocument"), ("包.tar.gz", b"\x1f\x8b", "GZIP 压缩包"),
    ("旧.doc", OLE, "旧版 Word"), ("旧.wps", OLE, "旧版 Word"), ("旧.xls", OLE + "Workbook".encode("utf-16-le"), "旧版 Excel"),
    ("旧.ppt", OLE + "PowerPoint Document".encode("utf-16-le"), "旧版 PowerPoint"), ("信.msg", OLE + "__substg1.0_".encode("utf-16-le"), "Outlook"),
    ("信.eml", b"From: a", "邮件"), ("文.rtf", b"{\\rtf1", "RTF"), ("图.png", b"\x89PNG\r\n\x1a\n", "PNG"), ("图.svg", b"<svg>", "SVG"),
    ("声.mp3", b"ID3", "录音"), ("像.mp4", b"....ftyp", "录音"), ("数.json", b"{}", "数据文件"),
    ("无名", b"abc", "不认识的文件类型"), ("奇怪.xyz", b"abc", "不认识的文件类型"),
], ids=str)
def test_other_types_are_refused_in_one_sentence_with_a_remedy(name: str, data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said) as refused:
        parse(RawFile(name, data, "0" * 64))
    assert refused.value.remedy


@pytest.mark.parametrize(("name", "data", "real"), [
    ("假.docx", b"\x89PNG\r\n\x1a\n", "PNG"), ("假.pdf", b"MZ\x90\x00", "Windows 程序"),
    ("假.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Word"), ("假.txt", b"%PDF-1.7", "PDF"),
    ("假.md", b"PK\x03\x04word/document.xml", "Word"),
], ids=str)
def test_a_false_ending_is_refused_naming_the_real_type(name: str, data: bytes, real: str) -> None:
    with pytest.raises(SourceError, match=f"实际是{real}"):
        parse(RawFile(name, data, "0" * 64))


def test_a_pdf_or_docx_that_is_neither_is_refused() -> None:
    for name in ("坏.pdf", "坏.docx"):
        with pytest.raises(SourceError, match="内容不是"):
            parse(RawFile(name, "普通文字".encode(), "0" * 64))


def wrapped(paragraphs: list[str], width: int, *, indent: str = "") -> list[str]:
    return [(indent + p)[i:i + width] for p in paragraphs for i in range(0, len(indent + p), width)]


def paragraphs_of(path: Path) -> list[str]:
    return [line for line in clean(re.sub(r"(?m)^#+ ", "", path.read_text(encoding="utf-8"))).split("\n") if line]


@pytest.mark.corpus
@pytest.mark.parametrize("width", [30, 38, 45])
def test_a_wrapped_statute_gives_its_paragraphs_word_for_word(corpus: Path, width: int) -> None:
    whole = paragraphs_of(next((corpus / "regulations").glob("中华人民共和国反不正当竞争法(2025修订).md")))
    lines = wrapped(whole, width, indent="　　")
    assert len(lines) > 1.5 * len(whole)
    assert [block.text for block in parsed("法.txt", "\n".join(lines)).blocks] == whole


@pytest.mark.corpus
def test_of_statutes_wrapped_without_indents_only_breaks_at_a_sentence_end_stay(corpus: Path) -> None:
    for path in sorted((corpus / "regulations").glob("中华人民共和国*法(20*.md"))[:12]:
        whole = paragraphs_of(path)
        found = [block.text for block in parsed("法.txt", "\n".join(wrapped(whole, 38))).blocks]
        assert "".join(found) == "".join(whole), path.name
        broken = [a for a, b in pairwise(found) if a not in whole and not any(p.endswith(a) for p in whole)]
        assert len(broken) <= 0.03 * len(whole) and all(line[-1] in "。：" for line in broken), path.name


@pytest.mark.corpus
def test_a_text_that_is_not_wrapped_stays_as_it_is(corpus: Path) -> None:
    for path in sorted((corpus / "regulations").glob("*.md")):
        assert list(unwrapped(paragraphs_of(path))) == paragraphs_of(path), path.name


def test_tables_in_plain_text_and_lists_are_never_joined() -> None:
    rows = [f"知识产权保护社会满意度指标{n:02}    数值{n:02}    单位：分以上的" for n in range(20)]
    assert list(unwrapped(rows)) == rows
    names = [f"第{n}批商业秘密保护示范企业名单" for n in range(10, 40)]
    assert list(unwrapped(names)) == names
