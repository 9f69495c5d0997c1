"""Whether a question is about our field."""

import pytest

from kb.lexicon import bundled_lexicon
from kb.scope import Scope, bundled_scope


def ours(text: str) -> bool:
    return bundled_scope().ours(text, uses_our_words=bundled_lexicon().in_field(text))


@pytest.mark.parametrize("text", [
    "销售离职带走客户名单怎么办", "竞业限制最长多久", "导师一个字没写硬挂名，能告不", "国家鼓不鼓励换先进设备", "做假耐克卖了六万块，够不够坐牢",
    "小孩画的画有没有版权", "网上买到假货咋办", "示范区方案要建多少家服务站", "专利年费忘了交还能恢复吗", "技术调查官要回避吗",
    "我做菜的卤料方子够得上商业秘密吗",
])
def test_lay_questions_about_ip_are_ours(text):
    assert ours(text)


@pytest.mark.parametrize("text", [
    "番茄炒蛋怎么做", "双色球今天开什么号", "租房合同没到期能退租吗", "被车撞了对方全责能赔多少", "离婚后孩子归谁", "网贷逾期会坐牢吗",
    "高血压能喝酒吗", "给我讲个笑话", "信用卡被盗刷怎么办",
])
def test_everyday_questions_and_other_laws_are_not(text):
    assert not ours(text)


def test_the_score_is_the_sum_of_known_log_odds_over_the_root_of_all_terms():
    scope = Scope({"商标": 4.0, "离婚": -5.0})
    assert scope.score("商标") == pytest.approx(4.0 / 2 ** 0.5)
    assert scope.score("离婚") == pytest.approx(-5.0 / 2 ** 0.5)
    assert scope.score("天地玄黄") == -1.0
    assert not scope.ours("", uses_our_words=False)


@pytest.mark.parametrize(("nearness", "like"), [(0.8, True), (0.7, False), (0.5, False)])
def test_words_of_other_fields_do_not_matter_beside_a_lay_question_that_is_near(nearness, like):
    """-1.5 and six times the nearness: 3.3, 2.7, and, without words against it, 3.0 from too far."""
    scope = Scope({"驾照": -1.5 * 2 ** 0.5, "唱歌": 0.0})
    assert scope.like_one_of_ours("唱歌" if nearness == 0.5 else "驾照", nearness) is like
