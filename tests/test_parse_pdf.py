"""PDF: lines on pages become paragraphs again; passwords, damage, scripts and scans are named."""

import io
from collections.abc import Sequence

import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from ingest.document import ParsedDocument, RawFile
from ingest.parse import parse
from ingest.parse.layout import Line, paragraphs
from kb.errors import SourceError

EM, LEFT, WIDTH, PAPER = 14.0, 90.0, 28, (595.0, 842.0)


def page(number: int, texts: Sequence[str], *, left: float = LEFT, width: int = WIDTH) -> list[Line]:
    """Lines as printed: two blanks in front are an indent, `~` at the end a line filled to the edge."""
    lines = []
    for k, text in enumerate(texts):
        words = text.strip("~ ")
        start = left + (2 * EM if text.startswith("  ") else 0)
        end = left + width * EM if text.endswith("~") else start + len(words) * EM
        top = PAPER[1] - 120 - 22 * k
        lines.append(Line(words, number, *PAPER, start, end, top, top - EM))
    return lines


def furniture(number: int, text: str, *, top: float) -> Line:
    return Line(text, number, *PAPER, 250, 350, top, top - 10)


def test_a_wrapped_article_is_one_paragraph_across_lines_and_pages() -> None:
    pages = [page(1, ["  第一条 为了保护~", "商业秘密，制定本~"]), page(2, ["办法。", "  第二条 适用本办法~", "的规定。"])]
    assert list(paragraphs(pages)) == [(1, "第一条 为了保护商业秘密，制定本办法。"), (2, "第二条 适用本办法的规定。")]


def test_without_indents_short_lines_and_numbers_tell_paragraphs_apart() -> None:
    lines = ["第一条 申请专利的发明创造涉及~", "国家安全的，办理手续。", "省级部门负责管理工作。", "有下列情形之一的，不予受理，~",
             "（一）没有请求书的；", "（二）没有说明书的；", "第二条 本办法自公布之日起施行，~", "法律另有规定的除外。", "附则"]
    assert [text for _, text in paragraphs([page(1, lines)])] == [
        "第一条 申请专利的发明创造涉及国家安全的，办理手续。", "省级部门负责管理工作。", "有下列情形之一的，不予受理，",
        "（一）没有请求书的；", "（二）没有说明书的；", "第二条 本办法自公布之日起施行，法律另有规定的除外。", "附则"]


def test_running_headers_and_page_numbers_are_not_text() -> None:
    pages = [[furniture(n, "法规汇编　反不正当竞争法", top=810), *page(n, [f"  第{n}部分的内容。"]),
              furniture(n, f"— 第 {n} 页 / 共 3 页 —", top=60)] for n in (1, 2, 3)]
    assert [text for _, text in paragraphs(pages)] == [f"第{n}部分的内容。" for n in (1, 2, 3)]


@pytest.mark.parametrize("number", ["1", "- 12 -", "— 3 —", "第 4 页", "5/20", "第6页 共20页", "7 / 20"])
def test_page_numbers_of_every_shape_are_dropped_even_from_a_single_page(number: str) -> None:
    assert [text for _, text in paragraphs([[*page(1, ["  内容。"]), furniture(1, number, top=50)]])] == ["内容。"]


def test_a_year_alone_in_the_middle_of_a_page_stays() -> None:
    assert [text for _, text in paragraphs([page(1, ["  内容。", "  2025"])])] == ["内容。", "2025"]


def test_two_columns_have_each_their_own_edges() -> None:
    left = page(1, [*["  左栏第一段的开头~", "左栏第一段结束。"] * 4], left=60, width=12)
    right = page(1, [*["  右栏第一段的开头~", "右栏第一段结束。"] * 4], left=320, width=12)
    assert [text for _, text in paragraphs([left + right])] == [
        *["左栏第一段的开头左栏第一段结束。"] * 4, *["右栏第一段的开头右栏第一段结束。"] * 4]


def pdf(texts: Sequence[str], **extra: str) -> bytes:
    writer = pypdf.PdfWriter()
    for text in texts:
        sheet = writer.add_blank_page(595, 842)
        if text:
            font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
                                     NameObject("/BaseFont"): NameObject("/Helvetica")})
            sheet[NameObject("/Resources")] = DictionaryObject(
                {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(font)})})
            stream = DecodedStreamObject()
            stream.set_data(f"BT /F1 12 Tf 72 600 Td ({text}) Tj ET".encode())
            sheet[NameObject("/Contents")] = writer._add_object(stream)
    if "script" in extra:
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(extra["script"])})
    if "attachment" in extra:
        writer.add_attachment("secret.txt", extra["attachment"].encode())
    if "password" in extra:
        writer.encrypt(extra["password"], "owner", algorithm="RC4-128")
    if "owner" in extra:
        writer.encrypt("", extra["owner"], algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def read(data: bytes) -> ParsedDocument:
    return parse(RawFile("文件.pdf", data, "0" * 64))


def test_text_comes_with_its_page() -> None:
    assert [(b.page, b.text) for b in read(pdf(["Article one.", "Article two."])).blocks] == [
        (1, "Article one."), (2, "Article two.")]


def test_pages_without_text_are_reported_and_a_scan_is_refused() -> None:
    assert "第 2 页没有文字" in read(pdf(["Text.", "", "More."])).warnings[0].problem
    with pytest.raises(SourceError, match="没有可检索的文字（可能是扫描件）"):
        read(pdf(["", ""]))


def test_scripts_and_attachments_are_reported_and_never_read() -> None:
    parsed = read(pdf(["Text."], script="app.alert(1)", attachment="hidden words"))
    assert [b.text for b in parsed.blocks] == ["Text."]
    assert [w.problem[:6] for w in parsed.warnings] == ["文件带有脚本", "文件带有附件"]


def test_a_password_to_open_is_named_and_one_to_edit_does_not_matter() -> None:
    with pytest.raises(SourceError, match="文件有打开密码"):
        read(pdf(["Text."], password="secret"))
    assert [b.text for b in read(pdf(["Text."], owner="secret")).blocks] == ["Text."]


def test_a_cut_off_file_is_refused_or_marked() -> None:
    whole = pdf(["Article one."] * 30)
    for share in (0.2, 0.5, 0.9, 0.99):
        try:
            parsed = read(whole[:int(len(whole) * share)])
        except SourceError as error:
            assert error.remedy
        else:
            assert any("不完整" in w.problem for w in parsed.warnings)


def test_a_thousand_pages_are_enough() -> None:
    with pytest.raises(SourceError, match="超过 1000 页"):
        read(pdf([""] * 1_001))
