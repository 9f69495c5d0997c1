"""The guides: complete in form, in our own words, current law only. Their figures: test_library_references."""

import re
from pathlib import Path

import pytest
from library_checks import Section, article_locators, copied_runs, figures, front_matter, sections

GUIDES = Path(__file__).parents[1] / "kb" / "library" / "guides"
TITLES = {"what-is-a-trade-secret.md": "什么是商业秘密", "employee-leaves-with-files.md": "员工离职带走资料怎么办",
          "first-72-hours.md": "泄密后的头72小时"}
FRAME = ["一句话", "适合谁", "步骤", "清单", "常见误区"]
SECTIONS = {f"{TITLES[name]} > {section.heading}": section for name in TITLES for section in sections(GUIDES / name)}
every_section = pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS.keys())
every_guide = pytest.mark.parametrize("name", TITLES)

@pytest.mark.parametrize(("written", "folded"), [
    ("三十万元以上", {"300000元"}), ("30万元", {"300000元"}), ("300000元", {"300000元"}), ("三百万元", {"3000000元"}),
    ("百分之三十", {"30%"}), ("30%", {"30%"}), ("二年", {"2年"}), ("两年", {"2年"}), ("四十八小时", {"48小时"}),
    ("前十二个月", {"12个月"}), ("83.5分", {"83.5分"}), ("85,000件", {"85000件"}), ("一倍以上五倍以下", {"1倍", "5倍"}),
    ("2024年9月7日", {"2024年", "9月", "7日"}), ("第二十二条第三款", set()), ("十分充分", set()), ("另一家", set()),
])
def test_a_figure_is_one_figure_however_it_is_written(written, folded):
    assert figures(written) == folded


def test_a_run_of_25_characters_is_a_copy_and_one_of_24_is_not():
    official = ["经营者应当遵循自愿、平等、公平、诚信的原则，遵守法律和商业道德。"]
    assert copied_runs(official[0][:24] + "。", official) == []
    assert copied_runs("所以" + official[0][:25], official) == ["经营者应当遵循自愿、平等、公平、诚信的原则,遵守法律"[:25]]
    assert copied_runs("《" + official[0] + "》", official) == []


@every_guide
def test_a_guide_names_title_reader_and_month(name):
    assert front_matter(GUIDES / name) == {"kind": "guide", "title": TITLES[name], "audience": "enterprise",
                                           "version": "2026-11", "valid_from": "2026-05-01"}


@every_guide
def test_a_guide_has_the_agreed_sections_in_order_and_ends_with_the_misunderstandings(name):
    headings = [section.heading for section in sections(GUIDES / name)]
    assert [heading for heading in headings if heading in FRAME] == FRAME
    assert headings[-1] == "常见误区"


def test_no_guide_is_left_out_of_these_checks():
    assert {path.name for path in GUIDES.glob("*.md")} >= set(TITLES)


@every_section
def test_a_section_lists_how_people_ask_for_it(section: Section):
    assert 3 <= len(section.questions) <= 6
    assert len(set(section.questions)) == len(section.questions)


@every_section
def test_a_basis_is_a_reference_to_an_article(section: Section):
    from kb.statute import parse_ref

    assert section.basis
    for ref in section.basis:
        parsed = parse_ref(ref)
        assert parsed is not None, ref
        assert parsed.document
        assert str(parsed) == ref


@every_section
def test_the_law_against_unfair_competition_is_cited_by_its_present_numbers(section: Section):
    """2019修正: 商业秘密 第九条, 责任 第十七条, 罚款 第二十一条, 举证 第三十二条."""
    moved = {f"《反不正当竞争法》{old}" for old in ("第九条", "第十七条", "第二十一条", "第三十二条")}
    assert not [ref for ref in section.basis if re.sub(r"(条).*$", r"\1", ref) in moved]


@every_section
def test_articles_are_named_in_the_basis_and_not_in_the_prose(section: Section):
    assert article_locators(section.body) == set()


@every_section
def test_a_sentence_is_short_enough_to_be_an_answer(section: Section):
    spoken = [sentence for line in section.body.splitlines() for sentence in re.split(r"(?<=[。；！？])", line)]
    assert [sentence for sentence in spoken if len(sentence) > 62] == []


@pytest.mark.parametrize(("place", "said"), [
    ("员工离职带走资料怎么办 > 可以要求怎样的赔偿", "一倍以上五倍以下"),
    ("员工离职带走资料怎么办 > 可以要求怎样的赔偿", "五百万元以下"),
    ("员工离职带走资料怎么办 > 可以要求怎样的赔偿", "最高为计算基数的五倍，合理开支在总额之外另算"),
    ("员工离职带走资料怎么办 > 客户名单何时受保护", "只以与特定客户长期稳定交易为由"),
    ("员工离职带走资料怎么办 > 客户名单何时受保护", "信赖员工个人"),
    ("员工离职带走资料怎么办 > 竞业限制怎么约定才有效", "不得超过二年"),
    ("员工离职带走资料怎么办 > 竞业限制怎么约定才有效", "平均工资的30%"),
    ("员工离职带走资料怎么办 > 向市场监管部门举报", "十万元以上一百万元以下"),
    ("员工离职带走资料怎么办 > 向市场监管部门举报", "一百万元以上五百万元以下"),
    ("员工离职带走资料怎么办 > 什么时候可以报警", "三十万元以上"),
    ("员工离职带走资料怎么办 > 什么时候可以报警", "三年以上十年以下"),
    ("泄密后的头72小时 > 可以请法院做哪些保全", "四十八小时内"),
    ("泄密后的头72小时 > 可以请法院做哪些保全", "三十日内"),
])
def test_the_decisive_rule_is_said(place, said):
    assert said in SECTIONS[place].body


def test_evidence_comes_before_letters_and_letters_before_court_and_police():
    steps = SECTIONS["员工离职带走资料怎么办 > 步骤"].body
    order = [steps.index(step) for step in ("封存设备：", "保存日志：", "办公证：", "不反击：",
                                            "发函：", "举报：", "起诉：", "报警：")]
    assert order == sorted(order)


@pytest.mark.corpus
@every_guide
def test_a_guide_is_in_our_own_words(name, corpus):
    official = [path.read_text(encoding="utf-8") for folder in ("regulations", "versions", "plan", "guides")
                for path in sorted((corpus / folder).iterdir())]
    assert copied_runs((GUIDES / name).read_text(encoding="utf-8"), official) == []
