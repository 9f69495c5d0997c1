"""The templates that ship: complete, in our own words, true to the articles they name; and what each rule answers to."""

import re
from collections import Counter
from datetime import date
from io import BytesIO
from pathlib import Path

import docx
import pytest

from kb.document import paper_docx
from kb.draft import body, paper_of
from kb.figures import unsupported_tokens
from kb.filling import BLANK, fill
from kb.paper import Heading, paper_markdown
from kb.registry import bundled_registry
from kb.show import source_of
from kb.statute import parse_ref
from kb.templates import FieldKind, Template, bundled_templates, placeholders
from kb.types import Tier
from tests.library_checks import Checks
from tests.library_pages import Section, official_texts, words_of

DAY = date(2026, 11, 22)
NAMES = ("nda-staff", "nda-partner", "noncompete", "noncompete-release", "secret-list", "access-rules", "exit-interview",
         "materials-return", "visitor-undertaking", "evidence-list", "regulator-complaint", "crime-report")
every_template = pytest.mark.parametrize("template", bundled_templates().values(), ids=lambda template: template.name)
OURS = [template.title for template in bundled_templates().values()]     # a clause may send to another template
_TITLE = re.compile(r"《([^《》]+)》")


def pieces(template: Template) -> list[Section]:
    """Each clause with its notes and each rule, with what it rests on."""
    clauses = [Section(f"{template.name} > {clause.heading}", [], "\n".join((re.sub(r"\{[a-z_]+\}", "", clause.text), *clause.notes)),
                       list(clause.basis)) for clause in template.clauses if clause.basis]
    rules = [Section(f"{template.name} > {rule.says[:12]}", [], rule.says, list(rule.basis)) for rule in template.rules]
    return [piece._replace(body=re.sub(f"《({'|'.join(OURS)})》", r"\1", piece.body)) for piece in (*clauses, *rules)]


def typical(template: Template) -> dict[str, object]:
    """Something in every field, of its kind and within its bounds."""
    value = {FieldKind.TEXT: "某某", FieldKind.LONG: "第一件事。\n第二件事。", FieldKind.DATE: "2026-11-01", FieldKind.MONTHS: 12,
             FieldKind.COUNT: 10, FieldKind.AMOUNT: 400_000, FieldKind.PERCENT: 30}
    return {field.key: field.choices[0] if field.choices else [["某项"] * len(field.columns)] if field.columns else value[field.kind]
            for field in template.fields}


@pytest.fixture(scope="module")
def checks() -> Checks:
    return Checks(bundled_registry(), DAY)


@pytest.fixture(scope="module")
def beside_texts(corpus: Path) -> Checks:
    registry = bundled_registry()
    return Checks(registry, DAY, official_texts(corpus, registry), words_of(corpus))


# -- shape ---------------------------------------------------------------------------------------------------------

def test_the_twelve_documents_that_a_small_firm_needs_are_there():
    assert set(NAMES) <= set(bundled_templates())


@every_template
def test_each_says_when_to_use_it_and_when_not_and_has_something_to_fill_in(template):
    assert template.purpose and template.use and template.avoid
    assert len(template.clauses) >= 4 and template.signatures
    assert any(field.required for field in template.fields)
    assert template.group in ("员工", "合作和来访", "制度和清单", "维权")


@every_template
def test_every_field_is_written_or_decides_something_and_a_long_one_has_a_line_of_its_own(template):
    used = {*placeholders(template.intro)}
    for clause in template.clauses:
        used |= {*placeholders(clause.text), clause.table}
        for line in clause.text.splitlines():
            for key in placeholders(line):
                assert template.field(key).kind is not FieldKind.LONG or line.strip() == f"{{{key}}}", line
                assert template.field(key).kind is not FieldKind.ROWS, line
    for part in (*template.fields, *template.clauses, *template.rules, *template.signatures):
        used |= part.when.keys
    assert {field.key for field in template.fields} <= used


@every_template
def test_every_clause_but_what_somebody_adds_says_what_it_rests_on_and_what_to_mind(template):
    bare = {clause.heading for clause in template.clauses if not clause.basis or not clause.notes}
    assert bare <= {"补充约定"}


@every_template
def test_sentences_end_and_nothing_is_said_twice(template):
    for line in (note for clause in template.clauses for note in clause.notes):
        assert line.endswith("。"), line
    for rule in template.rules:
        assert rule.says.endswith("。"), rule.says
    said = Counter(rule.when for rule in template.rules)
    assert [when for when, times in said.items() if times > 1] == []


@every_template
def test_the_library_lacks_what_it_is_said_to_lack(template):
    registry = bundled_registry()
    lacking = [title for gap in template.gaps for title in _TITLE.findall(gap)]
    assert [title for title in lacking if any(version.held for version in registry.versions(title))] == []


# -- truth ---------------------------------------------------------------------------------------------------------

@every_template
def test_every_reference_reads_and_is_to_law_in_force(template, checks):
    assert [f"{piece.heading}: {fault}" for piece in pieces(template) for fault in checks.piece_faults(piece)
            if not fault.startswith("copied")] == []


@pytest.mark.corpus
@every_template
def test_every_article_exists_and_carries_the_figures_and_nothing_is_copied(template, beside_texts):
    faults = [f"{piece.heading}: {fault}" for piece in pieces(template) for fault in beside_texts.piece_faults(piece)]
    assert faults == []


@pytest.mark.corpus
@every_template
def test_what_is_said_beside_the_clauses_has_no_figure_that_no_article_of_it_has(template, beside_texts):
    sources = [text for ref in template.basis if (parsed := parse_ref(ref))
               for version in bundled_registry().versions(parsed.document)
               if (text := beside_texts.texts.get((version.document, version.label), {}).get(parsed.locator))]
    said = [template.purpose, *template.use, *template.avoid, *(field.help for field in template.fields),
            *(field.label for field in template.fields), *(choice for field in template.fields for choice in field.choices)]
    missing = [(line, token) for line in said for token in unsupported_tokens(line, sources)]
    assert missing == []


@pytest.mark.corpus
def test_every_reference_opens_the_article_itself(corpus_data, clock):
    from kb.assemble import open_library
    from kb.settings import Settings

    opened = open_library(Settings(data=corpus_data), clock)
    for template in bundled_templates().values():
        for reference in template.basis:
            citation = source_of(opened.assistant.store, opened.assistant.registry, reference, DAY)
            assert citation.passage.version.tier is Tier.OFFICIAL, reference
            ref = parse_ref(reference)
            assert bool(citation.quote) or not (ref.paragraph or ref.item) or citation.passage.part, reference
    old = source_of(opened.assistant.store, opened.assistant.registry, "《反不正当竞争法》（2019修正）第九条", DAY)
    assert old.passage.version.label == "2019修正"
    assert "商业秘密" in old.passage.text


# -- filled in -----------------------------------------------------------------------------------------------------

@every_template
def test_an_empty_form_is_a_paper_to_fill_in_by_hand(template):
    filled = fill(template, {}, DAY)
    assert filled.problems == ()
    assert set(filled.missing) == {field.label for field in filled.asked if field.required}
    assert BLANK in paper_markdown(paper_of(filled)).replace("\\", "")
    assert docx.Document(BytesIO(paper_docx(paper_of(filled)))).paragraphs[0].text == template.title


@every_template
def test_a_full_form_has_no_blank_but_where_it_is_signed(template):
    filled = fill(template, typical(template), DAY)
    assert [problem.says for problem in filled.problems if problem.refused] == []
    assert filled.missing == ()
    inside = "\n".join([*(line.text for line in filled.intro), *(line.text for clause in filled.clauses for line in clause.lines)])
    assert BLANK not in inside
    headings = [block.text for block in body(filled) if isinstance(block, Heading)]
    assert len(set(headings)) == len(headings)
    assert re.match("第一条|一、", headings[0])


@every_template
def test_hostile_values_stay_text_in_every_file(template):
    hostile = "![x](http://beacon.example/a) <script>alert(1)</script> [点](javascript:alert(1)) {company} | # \u202e\x00"
    values = typical(template)
    for field in template.fields:
        if field.kind in (FieldKind.TEXT, FieldKind.LONG):
            values[field.key] = hostile
        elif field.columns:
            values[field.key] = [[hostile] * len(field.columns)] * 3
    filled = fill(template, values, DAY)
    markdown = paper_markdown(paper_of(filled))
    assert not re.search(r"[<\[!]|\]\(", re.sub(r"\\.", "", markdown)), "every active character is escaped"
    assert "\u202e" not in markdown and "\x00" not in markdown
    document = docx.Document(BytesIO(paper_docx(paper_of(filled))))
    assert "<script>alert(1)</script>" in "\n".join(p.text for p in document.paragraphs) + "".join(
        cell.text for table in document.tables for row in table.rows for cell in row.cells)


# -- what the rules answer to --------------------------------------------------------------------------------------

LABOUR_1, LABOUR_2 = "《最高人民法院关于审理劳动争议案件适用法律问题的解释（一）》", "《最高人民法院关于审理劳动争议案件适用法律问题的解释（二）》"
CRIMINAL = "《最高人民法院、最高人民检察院关于办理侵犯知识产权刑事案件适用法律若干问题的解释》"
SECRETS, EVIDENCE = "《最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定》", "《最高人民法院关于民事诉讼证据的若干规定》"
INTERN, MINOR, YOUNG = "实习，没有订立劳动合同", "其他未成年人", "已满十六周岁不满十八周岁，以自己的劳动收入为主要生活来源"
RELEASED = "离职以后，竞业限制期限内解除"


BROKEN = [
    ("noncompete", {"months": 36}, True, "《劳动合同法》第二十四条第二款"),
    ("noncompete", {"months": 25}, True, "《劳动合同法》第二十四条第二款"),
    ("noncompete", {"category": "以上都不是"}, True, "《劳动合同法》第二十四条第一款"),
    ("noncompete", {"relation": INTERN}, True, "《劳动合同法》第二十三条第二款"),
    ("noncompete", {"relation": "劳务派遣"}, False, "《劳动合同法》第五十八条第一款"),
    ("noncompete", {"age": MINOR}, True, "《民法典》第十九条"),
    ("noncompete", {"pay_kind": "不给补偿"}, True, f"{LABOUR_1}第三十六条"),
    ("noncompete", {"pay_kind": "按固定数额", "pay": 0}, True, f"{LABOUR_1}第三十六条"),
    ("noncompete", {"pay_kind": "按固定数额", "pay": 2399, "wage": 8000}, False, f"{LABOUR_1}第三十六条第一款"),
    ("noncompete", {"pay_kind": "按固定数额", "pay": 2400, "wage": 8000, "minimum": 2500}, False, f"{LABOUR_1}第三十六条第二款"),
    ("noncompete", {"share": 29.99}, False, f"{LABOUR_1}第三十六条第一款"),
    ("noncompete", {"share": 0}, True, f"{LABOUR_1}第三十六条"),
    ("noncompete", {"method": "包含在在职工资里"}, True, "《劳动合同法》第二十三条第二款"),
    ("noncompete", {"method": "离职时一次付清"}, True, "《劳动合同法》第二十三条第二款"),
    ("noncompete", {"region": "全国"}, False, f"{LABOUR_2}第十三条"),
    ("noncompete", {"scope": "一切行业"}, False, f"{LABOUR_2}第十三条"),
    ("nda-staff", {"extra": "泄密的支付违约金十万元"}, True, "《劳动合同法》第二十五条"),
    ("nda-staff", {"extra": "入职时交保证金"}, True, "《劳动合同法》第九条"),
    ("nda-staff", {"extra": "离职后不得去同行"}, True, "《劳动合同法》第二十四条"),
    ("nda-staff", {"extra": "不得举报公司"}, True, "《反不正当竞争法》第二十条第一款"),
    ("nda-staff", {"relation": INTERN}, False, "《劳动合同法》第七条"),
    ("nda-staff", {"age": MINOR}, False, "《民法典》第一百四十五条第一款"),
    ("nda-partner", {"start": "2026-05-02", "end": "2026-05-01"}, True, "《民法典》第五百零九条第一款"),
    ("nda-partner", {"penalty": 1_000_000, "penalty_basis": ""}, False, "《民法典》第五百八十五条第二款"),
    ("nda-partner", {"personal": "有"}, False, "《个人信息保护法》第二十一条第一款"),
    ("nda-partner", {"abroad": "会"}, False, "《技术进出口管理条例》第三十条"),
    ("nda-partner", {"extra": "甲方概不负责"}, True, "《民法典》第四百九十七条"),
    ("noncompete-release", {"stage": "离职以后，竞业限制期限内解除", "pay": 1000, "additional": 2999}, False, f"{LABOUR_1}第三十九条第二款"),
    ("noncompete-release", {"sent": "2026-11-02", "effective": "2026-11-01"}, True, "《民法典》第五百六十五条第一款"),
    ("noncompete-release", {"stage": "离职以前，通知不要求履行", "left": "2026-10-01", "sent": "2026-10-02", "effective": "2026-10-02"}, True,
     f"{LABOUR_1}第三十九条"),
    ("secret-list", {"exposed": "有的发表、展出、申请专利或者在网上介绍过"}, False, "《最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定》第四条"),
    ("secret-list", {"items": [["1", "技术信息", "网盘", "2026", "核心", "全体员工", "无"]]}, False,
     "《最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定》第六条第（四）项"),
    ("access-rules", {"consulted": "还没有"}, True, "《劳动合同法》第四条第二款"),
    ("access-rules", {"logs": 5}, True, "《网络安全法》第二十三条第（三）项"),
    ("access-rules", {"discipline": "每次罚款五百元"}, True, "《劳动合同法》第二十五条"),
    ("access-rules", {"discipline": "下班搜包"}, True, "《劳动合同法》第八十八条"),
    ("exit-interview", {"formalities": "等交还完再发工资或者开证明"}, True, "《劳动合同法》第三十条第一款"),
    ("exit-interview", {"noncompete": "约定了，公司通知履行", "months": 25}, True, "《劳动合同法》第二十四条第二款"),
    ("materials-return", {"device": "立即重装给他人使用"}, True, "《最高人民法院关于民事诉讼证据的若干规定》第十四条"),
    ("materials-return", {"withheld": "有"}, False, "《劳动合同法》第八十四条"),
    ("visitor-undertaking", {"registered": "还采集人脸或者指纹"}, True, "《个人信息保护法》第二十九条"),
    ("visitor-undertaking", {"registered": "还登记身份证件号码"}, False, "《个人信息保护法》第六条第二款"),
    ("visitor-undertaking", {"age": "未成年人"}, False, "《民法典》第十九条"),
    ("evidence-list", {"obtained": "有"}, False, "《网络安全法》第二十九条"),
    ("evidence-list", {"conduct": [["1", "截图", "", "", "", ""]]}, False, "《最高人民法院关于民事诉讼证据的若干规定》第九十条"),
    ("evidence-list", {"secret": [["1", "补签的协议", "", "", "", ""]]}, True, "《民事诉讼法》第一百一十四条"),
    ("regulator-complaint", {"kind": "消费投诉"}, True, "《市场监督管理投诉举报处理暂行办法》第十五条第（三）项"),
    ("regulator-complaint", {"named": "匿名"}, False, "《反不正当竞争法》第二十条第二款"),
    ("regulator-complaint", {"happened": "2025-10-14"}, False, "《反不正当竞争法》（2019修正）第九条"),
    ("regulator-complaint", {"happened": "2026-11-23"}, True, "《市场监督管理投诉举报处理暂行办法》第二十四条第一款"),
    ("crime-report", {"loss": 299_999, "gain": 299_999, "remedy": 0}, False, f"{CRIMINAL}第十七条第一款"),
    ("crime-report", {"prior": "有", "loss": 99_999, "gain": 0, "remedy": 0}, False, f"{CRIMINAL}第十七条第一款"),
    ("crime-report", {"act": "违反保密义务或者保密要求，披露、使用或者允许他人使用", "method": "合理许可使用费"}, False, f"{CRIMINAL}第十八条第一款"),
    ("crime-report", {"public": "没有", "method": "商业价值（研发成本和收益）"}, False, f"{CRIMINAL}第十八条第一款第（五）项"),
    ("crime-report", {"holder": "都不是"}, True, "《刑法》第二百一十九条第三款"),
    ("nda-staff", {"relation": "劳务派遣"}, False, "《劳动合同法》第五十八条第一款"),
    ("nda-staff", {"age": YOUNG}, False, "《民法典》第十八条第二款"),
    ("noncompete", {"age": YOUNG}, False, "《民法典》第十八条第二款"),
    ("noncompete-release", {"stage": RELEASED, "left": "2026-11-02", "paid_to": "2026-11-02"}, True, "《劳动合同法》第二十四条第二款"),
    ("noncompete-release", {"agreed": "2026-11-01", "left": "2026-10-31", "sent": "2026-10-01"}, True, "《劳动合同法》第二十三条第二款"),
    ("noncompete-release", {"stage": RELEASED, "paid_to": "2026-10-31"}, True, f"{LABOUR_1}第三十七条"),
    ("exit-interview", {"noncompete": "约定了，公司通知履行", "pay": 0}, True, f"{LABOUR_1}第三十六条"),
    ("exit-interview", {"met": "2026-11-02"}, False, f"{SECRETS}第六条第（六）项"),
    ("exit-interview", {"met": "2026-11-23", "last_day": "2026-12-01"}, True, f"{EVIDENCE}第八十七条"),
    ("materials-return", {"withheld": "有", "role": "合作方"}, False, "《民法典》第五百七十七条"),
    ("materials-return", {"returned": "2026-11-23", "last_day": "2026-12-01"}, True, f"{EVIDENCE}第八十七条"),
    ("materials-return", {"returned": "2026-11-02"}, False, "《劳动合同法》第五十条第二款"),
    ("secret-list", {"dated": "2026-11-23"}, True, f"{SECRETS}第五条第一款"),
    ("access-rules", {"levels": [["国家秘密", "图纸", "总工", "总工", "盖章"]]}, False, "《保守国家秘密法》第十四条"),
    ("evidence-list", {"secret": [["1", "聊天截图", "", "", "", ""]]}, False, f"{EVIDENCE}第九十条"),
    ("evidence-list", {"conduct": [["1", "修改日志", "", "", "", ""]]}, True, "《民事诉讼法》第一百一十四条"),
    ("regulator-complaint", {"holder": "其他知情人"}, False, "《市场监督管理投诉举报处理暂行办法》第二十四条第二款"),
    ("regulator-complaint", {"respondent_kind": "平台内的网店"}, False, "《市场监督管理投诉举报处理暂行办法》第二十七条第二款"),
    ("regulator-complaint", {"respondent_kind": "自建网站或者电商平台"}, False, "《市场监督管理投诉举报处理暂行办法》第二十七条第一款"),
    ("crime-report", {"loss": 299_999, "gain": None, "remedy": 0}, False, f"{CRIMINAL}第十九条"),
    ("crime-report", {"loss": None, "gain": 299_999}, False, f"{CRIMINAL}第十八条"),
    ("crime-report", {"act": "明知是前面的行为，仍获取、披露、使用或者允许他人使用", "method": "合理许可使用费"}, False, f"{CRIMINAL}第十八条第一款"),
    ("crime-report", {"act": "以不正当手段获取，还没有披露、使用", "method": "利润的损失"}, False, f"{CRIMINAL}第十八条第一款第（一）项"),
    ("crime-report", {"loss": 400_000, "remedy": 400_001}, True, f"{CRIMINAL}第十八条第三款"),
    ("crime-report", {"obtained": "有"}, False, "《网络安全法》第二十九条"),
]


@pytest.mark.parametrize(("name", "given", "refused", "basis"), BROKEN)
def test_what_the_law_does_not_allow_is_answered_with_the_rule(name, given, refused, basis):
    template = bundled_templates()[name]
    before = fill(template, typical(template), DAY)
    filled = fill(template, typical(template) | given, DAY)
    found = [problem for problem in filled.problems if problem not in before.problems and basis in problem.basis]
    assert [problem.refused for problem in found] == [refused], filled.problems
    if refused:
        lacking = {field.label for field in template.fields if field.key in found[0].fields and field.required}
        assert lacking & {field.label for field in filled.asked} <= set(filled.missing)


@pytest.mark.parametrize(("name", "given"), [
    ("noncompete", {"months": 24}), ("noncompete", {"share": 30}), ("noncompete", {"pay_kind": "按固定数额", "pay": 2400, "wage": 8000, "minimum": 2400}),
    ("noncompete-release", {"stage": "离职以后，竞业限制期限内解除", "pay": 1000, "additional": 3000}), ("access-rules", {"logs": 6}),
    ("crime-report", {"loss": 300_000, "gain": 0, "remedy": 0}), ("crime-report", {"prior": "有", "loss": 100_000, "gain": 0, "remedy": 0}),
    ("regulator-complaint", {"happened": "2025-10-15"}), ("nda-partner", {"start": "2026-05-01", "end": "2026-05-01"}),
])
def test_what_is_just_within_the_rule_is_written_without_a_word(name, given):
    template = bundled_templates()[name]
    before = fill(template, typical(template), DAY).problems
    assert [problem.says for problem in fill(template, typical(template) | given, DAY).problems if problem not in before] == []


@every_template
def test_every_rule_of_a_template_is_among_those_cases(template):
    said = {problem.says for name, given, _, _ in BROKEN if name == template.name
            for problem in fill(template, typical(template) | given, DAY).problems}
    assert [rule.says for rule in template.rules if rule.says not in said] == []


@pytest.mark.parametrize("extra", ["不得把保密信息告诉竞争对手。", "乙方保证提供的履历真实。", "造成损失的，依法赔偿。"])
def test_what_somebody_adds_lawfully_is_written(extra):
    template = bundled_templates()["nda-staff"]
    filled = fill(template, typical(template) | {"extra": extra}, DAY)
    assert filled.problems == ()
    assert extra in [line.text for clause in filled.clauses for line in clause.lines]
