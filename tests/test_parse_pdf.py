"""PDF: lines on pages become paragraphs again; passwords, damage, scripts and scans are named."""

import io
from collections.abc import Sequence

import pypdf
import pytest
from pypdf.constants import UserAccessPermissions
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from ingest.document import Block, BlockKind, ParsedDocument, RawFile
from ingest.parse import parse
from ingest.parse.layout import Line, paragraphs, typed
from ingest.parse.pdf_quality import DOUBTFUL, ILLEGIBLE, legibility
from kb.errors import SourceError
from tests.pdf_bytes import chinese, document, to_unicode

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


def test_a_number_opens_a_paragraph_after_a_finished_sentence_even_where_paragraphs_are_set_in() -> None:
    lines = ["  1.完善案件提前介入机制，落实各项~", "工作任务，刑事案件全部检察介入。~", "（二）强化全链条保护", "  2.加强衔接，依照本法~",
             "第十条的规定办理。"]
    assert [text for _, text in paragraphs([page(1, lines)])] == [
        "1.完善案件提前介入机制，落实各项工作任务，刑事案件全部检察介入。", "（二）强化全链条保护", "2.加强衔接，依照本法第十条的规定办理。"]


def test_running_headers_and_page_numbers_are_not_text() -> None:
    pages = [[furniture(n, "法规汇编　反不正当竞争法", top=810), *page(n, [f"  第{n}部分的内容。"]),
              furniture(n, f"— 第 {n} 页 / 共 3 页 —", top=60)] for n in (1, 2, 3)]
    assert [text for _, text in paragraphs(pages)] == [f"第{n}部分的内容。" for n in (1, 2, 3)]


@pytest.mark.parametrize("number", ["1", "- 12 -", "— 3 —", "第 4 页", "5/20", "第6页 共20页", "7 / 20", "一 8 一", "一第2页/共7页一"])
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
    return written(writer)


def written(writer: pypdf.PdfWriter) -> bytes:
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
    parsed = read(pdf(["Text."], owner="secret"))
    assert [b.text for b in parsed.blocks] == ["Text."] and not parsed.warnings


@pytest.mark.parametrize(("allowed", "said"), [
    (UserAccessPermissions.all() & ~UserAccessPermissions.EXTRACT, "限制了复制"),
    (UserAccessPermissions.all() & ~UserAccessPermissions.PRINT & ~UserAccessPermissions.MODIFY, "限制了打印、修改")])
def test_what_the_owner_forbids_is_noted_and_the_text_is_read(allowed: UserAccessPermissions, said: str) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(["Text."])))
    writer.encrypt("", "owner", algorithm="RC4-128", permissions_flag=allowed)
    parsed = read(written(writer))
    assert [b.text for b in parsed.blocks] == ["Text."]
    assert said in parsed.warnings[0].problem


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


# Pages: how well they could be read

LAW = "经营者违反本条例规定，有下列情形之一的，由市场监督管理部门责令停止违法行为，没收违法所得，处十万元以上一百万元以下的罚款；情节严重的，处罚款。"


@pytest.mark.parametrize(("text", "least", "most"), [
    (LAW, 1, 1),
    ("", 1, 1),
    ("Trade secrets: naïve façade, Müller & Søn; 50 % of €3.000", 1, 1),
    ("著作權人享有專屬權利，他人未經同意不得重製、公開傳輸或散布其著作。", 1, 1),       # traditional
    ("鱼腥草、鳜鱼、麝香、珐琅、瓷罐等地理标志产品的名称受保护。", 1, 1),               # rare characters among ordinary ones
    ("\ue012\ue013\ue014" * 10, 0, 0),
    (LAW + "\ue012" * len(LAW), 0.5, 0.5),
    ("商业秘密\ufffd", 0.8, 0.8),
    ("ÖÐ»ªÈËÃñ¹²ºÍ¹ú", 0, 0),                                                     # GBK shown as Latin letters
    ("浣犲ソ涓栫晫鍟嗕笟绉樺瘑鏉′緥瑙勫畾", 0, 0.3),                                 # UTF-8 shown as GBK
    ("".join(chr(0x4E00 + 7919 * k % 20_000) for k in range(60)), 0, 0),            # by lot from Unicode
    ("".join(bytes([0xB0 + 37 * k % 39, 0xA1 + 53 * k % 94]).decode("gb2312") for k in range(150)), 0, 0),   # by lot from the frequent
])
def test_legibility_is_the_share_of_characters_that_can_be_meant(text: str, least: float, most: float) -> None:
    assert least <= round(legibility(text), 2) <= most


def test_every_page_is_judged() -> None:
    parsed = read(document([chinese("第一条 为了保护商业秘密，制定本办法。"), b""]))
    assert [(p.page, p.quality, p.read_by) for p in parsed.pages] == [(1, 1.0, "text"), (2, 0.0, "")]
    assert parsed.pages[0].characters == len("第一条 为了保护商业秘密，制定本办法。")


def half_lying() -> bytes:
    """A page a third of whose characters the font does not tell."""
    text = "第一条 为了保护商业秘密，制定本办法。"
    font, cmap = to_unicode(8, text, "".join(c if k % 3 else chr(0xE000 + k) for k, c in enumerate(text)))
    return document([chinese(text, font="F3")], fonts=b"/F3 7 0 R", more=[font, cmap])


def test_a_page_read_in_part_is_stored_with_a_warning_that_names_it() -> None:
    parsed = read(half_lying())
    assert ILLEGIBLE <= parsed.pages[0].quality < DOUBTFUL
    assert "第 1 页有部分文字无法正确识别" in parsed.warnings[0].problem and "--ocr" in parsed.warnings[0].remedy


def test_a_second_opinion_is_taken_only_where_it_is_clearly_better(monkeypatch: pytest.MonkeyPatch) -> None:
    better = "第一条 为了保护商业秘密，制定本办法。"
    for said, read_by in ((better, "second"), (better[:4] + "\ue001\ue002\ue003\ue004\ue005", "text"), ("", "text")):
        monkeypatch.setattr("ingest.parse.pdf.second_opinion", lambda data, pages, said=said: [(n, said) for n in pages])
        parsed = read(half_lying())
        assert parsed.pages[0].read_by == read_by
        assert ([b.text for b in parsed.blocks] == [better]) == (read_by == "second")
        assert any("备用方法" in w.problem for w in parsed.warnings) == (read_by == "second")


def test_lines_without_places_are_joined_as_if_typed() -> None:
    text = "第一条 为了保护商业秘密，规范经营者\n的行为，制定本办法。\n第二条 本办法自二〇二五年一月一日起\n施行。"
    assert [t for _, t in paragraphs([typed(text, 1)])] == [
        "第一条 为了保护商业秘密，规范经营者的行为，制定本办法。", "第二条 本办法自二〇二五年一月一日起施行。"]


def test_columns_from_right_to_left_are_read_in_that_order() -> None:
    columns = b"".join(chinese(f"第{n}条 经营者应当保守商业秘密。", left=520 - 30 * k, top=780) for k, n in enumerate("一二三四五"))
    vertical = document([columns]).replace(b"UniGB-UCS2-H", b"UniGB-UCS2-V")
    assert [b.text for b in read(vertical).blocks] == [f"第{n}条 经营者应当保守商业秘密。" for n in "一二三四五"]


# What the file says of itself

def guide() -> pypdf.PdfWriter:
    sheets = [chinese("第一章 总则", top=700, size=16) + chinese("商业秘密受法律保护。"), chinese("第二章 保密措施", top=700, size=16)
              + chinese("经营者应当采取保密措施。")]
    return pypdf.PdfWriter(clone_from=io.BytesIO(document(sheets)))


def texts(blocks: Sequence[Block], kind: BlockKind) -> list[tuple[str, int]]:
    return [(b.text, b.level) for b in blocks if b.kind is kind]


def test_outline_entries_make_headings_of_the_paragraphs_with_their_words() -> None:
    writer = guide()
    chapter = writer.add_outline_item(title="第一章　总则", page_number=0)
    writer.add_outline_item(title="不在页上的标题", page_number=0, parent=chapter)
    writer.add_outline_item(title="第二章 保密措施", page_number=1, parent=chapter)
    writer.add_outline_item(title="第一章 总则", page_number=1)
    with_outline, without = read(written(writer)).blocks, read(written(guide())).blocks
    assert texts(with_outline, BlockKind.HEADING) == [("第一章 总则", 1), ("第二章 保密措施", 2)]
    assert [b.text for b in with_outline] == [b.text for b in without]


def test_page_labels_are_kept_where_they_differ_from_the_count() -> None:
    writer = guide()
    writer.set_page_label(0, 0, style="/r", start=4)
    writer.set_page_label(1, 1, style="/D", start=2)
    assert [(b.page, b.page_label) for b in read(written(writer)).blocks] == [(1, "iv"), (1, "iv"), (2, ""), (2, "")]
