"""The digest of the demonstration-zone plan: complete, in our own words, and every target one sentence."""

import re
from pathlib import Path

import pytest

from kb.text import fold, sentences
from tests.library_pages import LIBRARY, copied_runs, figures, front_matter, plan_places, runs_of, sections

DIGEST = LIBRARY / "plan" / "wuhan-demonstration-zone.md"
NAME = "武汉市国家知识产权保护示范区建设方案"
TASKS = {"(一)": (1, 2), "(二)": (3, 4, 5), "(三)": (6, 7, 8, 9), "(四)": (10, 11, 12), "(五)": (13, 14),
         "(六)": (15, 16), "(七)": (17, 18, 19, 20, 21, 22)}
LOCATORS = ["一、建设目标", *(f"二、{part}{number}" for part, numbers in TASKS.items() for number in numbers),
            "三、(一)", "三、(二)", "三、(三)", "四、组织保障"]

DIGESTED = {section.locator: section for section in sections(DIGEST)}


@pytest.fixture(scope="module")
def official_text(request: pytest.FixtureRequest) -> str:
    corpus: Path = request.getfixturevalue("corpus")
    return (corpus / "plan" / f"{NAME}.txt").read_text(encoding="utf-8")


def test_the_digest_says_which_document_and_version_it_digests():
    assert front_matter(DIGEST) == {"kind": "digest", "document": NAME, "topic": "示范区", "version": "2024"}


def test_all_22_tasks_the_targets_the_stages_and_the_organisation_have_their_section_in_order():
    assert [section.locator for section in sections(DIGEST)] == LOCATORS


@pytest.mark.parametrize("locator", LOCATORS)
def test_each_section_cites_its_own_place_in_the_plan(locator):
    assert DIGESTED[locator].basis == [f"《{NAME}》{locator}"]


@pytest.mark.parametrize("locator", LOCATORS)
def test_each_section_lists_how_people_ask_for_it(locator):
    questions = DIGESTED[locator].questions
    assert 2 <= len(questions) <= 6
    assert len(set(questions)) == len(questions)


# Locator, words that name the indicator, the figure with its comparator and its day or period.
TARGETS = [
    ("一、建设目标", "知识产权保护社会满意度", ("到2025年底", "83.5分以上")),
    ("一、建设目标", "每万人口高价值专利拥有量", ("到2025年底", "超过40件")),
    ("一、建设目标", "年度版权登记数", ("到2025年底", "达到85000件")),
    ("一、建设目标", "专利密集型产业增加值占地区生产总值的比重", ("到2025年底", "15%")),
    ("一、建设目标", "知识产权行政案件办理周期", ("到2025年底", "压减10%以上")),
    ("一、建设目标", "知识产权维权援助和调解案件", ("到2025年底", "超过3500件")),
    ("一、建设目标", "结案率", ("到2025年底", "法定审限内", "不低于95%")),
    ("一、建设目标", "平均结案时间", ("到2025年底", "100天以内")),
    ("二、(一)1", "研究部署知识产权保护工作的次数", ("每年", "2次以上")),
    ("二、(二)4", "“订单式”打假专项行动", ("每年", "3次以上")),
    ("二、(二)5", "专家陪审员参审案件数", ("提升20%",)),
    ("二、(二)5", "检察机关介入知识产权刑事案件", ("100%",)),
    ("二、(三)7", "专利纠纷案件行政调解", ("100%全覆盖",)),
    ("二、(三)7", "知识产权保护工作站", ("累计", "超过200家")),
    ("二、(三)7", "商标品牌指导站", ("累计", "45家")),
    ("二、(三)7", "商业秘密服务站", ("累计", "50家")),
    ("二、(三)7", "版权服务中心", ("累计", "2家")),
    ("二、(三)8", "武汉保护中心服务备案主体", ("到2025年底", "突破2400家")),
    ("二、(三)8", "武汉快维中心服务备案主体增长量", ("到2025年底", "超过80%")),
    ("二、(三)9", "市级知识产权科普驿站", ("10家",)),
    ("二、(三)9", "知识产权培训基地", ("每年", "2000人次以上")),
    ("二、(六)15", "市级以上高价值专利培育中心", ("到2025年，", "35家")),
    ("二、(六)16", "海外知识产权风险防范和纠纷应对培训", ("每年", "不少于6期")),
    ("二、(六)16", "海外知识产权导航预警分析报告", ("重点产业领域", "不少于5份")),
    ("二、(七)19", "商业秘密保护联系点企业", ("3000家",)),
    ("二、(七)19", "商业秘密保护示范点企业", ("200家",)),
]


@pytest.mark.parametrize(("locator", "indicator", "required"), TARGETS, ids=[target[1] for target in TARGETS])
def test_one_sentence_gives_a_target_with_its_name_comparator_and_day(locator, indicator, required):
    body = DIGESTED[locator].body
    stating = [sentence for start, end in sentences(body)
               if indicator in (sentence := body[start:end]) and all(part in sentence for part in required)]
    assert len(stating) == 1
    assert "方案提出" in stating[0]
    assert "目标" in stating[0]


def test_the_targets_above_are_all_the_figures_of_the_digest():
    listed = figures("\n".join(part for _, _, required in TARGETS for part in required))
    stated = set().union(*(figures(section.body) for section in DIGESTED.values()))
    issued_and_stages = {"2024年", "2026年", "1月", "2月", "8月", "9月", "7日"}
    assert stated - issued_and_stages == listed


@pytest.mark.parametrize(("locator", "period"), [
    ("三、(一)", "2024年8月至9月"), ("三、(二)", "2024年9月至2026年1月"), ("三、(三)", "2026年1月至2月")])
def test_each_stage_has_its_period(locator, period):
    assert period in DIGESTED[locator].body


def test_issuer_day_and_lead_department_are_named():
    assert "由武汉市人民政府办公厅于2024年9月7日印发" in DIGESTED["一、建设目标"].body
    assert "由市市场监管局牵头" in DIGESTED["四、组织保障"].body


@pytest.mark.parametrize("locator", LOCATORS)
def test_planned_work_is_never_told_as_done(locator):
    body = DIGESTED[locator].body
    assert not re.search(r"已经|已建成|已设立|已完成|实现了|完成了", body)
    assert re.search(r"方案(提出|计划|支持|要求|安排|鼓励)", body)


@pytest.mark.corpus
def test_the_official_text_has_exactly_the_places_the_digest_has(official_text):
    assert {locator for locator in plan_places(official_text) if locator not in (
        "二、", "三、", *(f"二、{part}" for part in TASKS))} == set(LOCATORS)


@pytest.mark.corpus
@pytest.mark.parametrize("locator", LOCATORS)
def test_a_section_has_every_figure_of_its_place_in_the_plan_and_no_other(locator, official_text):
    assert figures(DIGESTED[locator].body) == figures(plan_places(official_text)[locator])


@pytest.mark.corpus
@pytest.mark.parametrize("locator", LOCATORS)
def test_names_in_quotation_marks_are_the_plans_own(locator, official_text):
    quoted = re.findall(r"[“《][^”》]+[”》]", DIGESTED[locator].body)
    assert [name for name in quoted if fold(name) not in fold(official_text)] == []


@pytest.mark.corpus
@pytest.mark.parametrize("locator", LOCATORS)
def test_every_named_project_of_a_task_is_in_its_section(locator, official_text):
    quoted = re.findall(r"[“《]([^”》]+)[”》]", plan_places(official_text)[locator])
    wanted = [name for names in quoted for name in names.split("、")]
    assert [name for name in wanted if fold(name) not in fold(DIGESTED[locator].body)] == []


@pytest.mark.corpus
def test_the_digest_is_in_our_own_words(official_text):
    assert copied_runs(DIGEST.read_text(encoding="utf-8"), runs_of([official_text])) == []
