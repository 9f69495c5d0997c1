"""Characters typed for others that sound alike are put right; what is right stays."""

import pytest

from kb.homophones import Homophones, bundled_homophones
from kb.lexicon import bundled_lexicon


@pytest.mark.parametrize(("typed", "meant"), [
    ("用了他的配放", "用了他的配方"), ("赔尝的时候", "赔偿的时候"), ("也能当商业机蜜保护", "也能当商业机密保护"),
    ("补签保秘协议", "补签保密协议"), ("技术决窍没申请专利", "技术诀窍没申请专利"), ("惩法性赔偿", "惩罚性赔偿"),
    ("把转利卖了", "把专利卖了"), ("侵全了", "侵权了"), ("姿料还买来用", "资料还买来用"), ("罚宽多少", "罚款多少"),
    ("客户明单", "客户名单"), ("做鉴订", "做鉴定"), ("独自起素", "独自起诉"), ("去备按", "去备案"),
])
def test_a_misspelt_term_is_put_right(typed, meant):
    assert bundled_homophones().correct(typed) == meant


@pytest.mark.parametrize("right", [
    "番茄炒蛋怎么做", "我自己琢磨出来跟别人一样的配方算侵权吗", "大学支不支持老师到公司帮忙", "老权利没了还能拦人注册不",
    "武汉示范区要建多少个商业秘密服务站", "销售离职带走客户名单", "抄我家店的门头和菜单", "商标还是专利", "道路通行",
    "上标题", "",
])
def test_what_is_right_is_left_alone(right):
    assert bundled_homophones().correct(right) == right


def test_no_term_of_the_field_is_changed():
    assert [term for term in bundled_lexicon().field if bundled_homophones().correct(term) != term] == []


def test_one_character_in_two_may_be_wrong_and_none_that_makes_a_word_with_its_neighbour():
    sounds = Homophones.of({"证": "zheng", "据": "ju", "剧": "ju", "情": "qing", "郑": "zheng"}, ["剧情"], ["证据"])
    assert sounds.correct("证剧") == "证据"
    assert sounds.correct("郑剧") == "郑剧"            # both wrong: another word
    assert sounds.correct("证剧情") == "证剧情"        # 剧情 is a word
