"""The guides: none of those that readers need is missing, the decisive rule is said, in the right order.

Their form, references, figures and words: test_library_references.
"""

from collections import Counter

import pytest

from kb.types import Audience
from tests.library_pages import LIBRARY, front_matter, sections

GUIDES = {path: front_matter(path) for path in sorted((LIBRARY / "guides").rglob("*.md"))}
SECTIONS = {f"{head['title']} > {section.heading}": section for path, head in GUIDES.items() for section in sections(path)}
FOLDERS = {Audience.ENTERPRISE: "guides", Audience.STATION: "station", Audience.TRAINEE: "trainee"}


def test_no_two_guides_have_one_title():
    titles = Counter(head["title"] for head in GUIDES.values())
    assert [title for title, times in titles.items() if times > 1] == []


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_a_guide_lies_in_the_folder_of_its_audience(path):
    assert path.parent.name == FOLDERS[Audience(GUIDES[path]["audience"])]


def test_there_are_thirty_guides_for_enterprises_and_twenty_pieces_for_stations_and_trainees():
    written_for = Counter(head["audience"] for head in GUIDES.values())
    assert written_for[Audience.ENTERPRISE] >= 30
    assert written_for[Audience.STATION] + written_for[Audience.TRAINEE] >= 20


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
