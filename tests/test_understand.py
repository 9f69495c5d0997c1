"""What a question is taken to mean before anything is searched."""

from datetime import date

import pytest

from kb.errors import QuestionError
from kb.lexicon import bundled_lexicon
from kb.registry import bundled_registry
from kb.types import Question, StatuteRef
from kb.understand import LONGEST_QUESTION, Inquiry, Intent, understand

TODAY = date(2026, 11, 22)


def read(text: str, *turns: str) -> Inquiry:
    return understand(Question(text, TODAY, turns), bundled_lexicon(), bundled_registry().names)


@pytest.mark.parametrize(("asked", "intent"), [
    ("反不正当竞争法第十条", Intent.LOOKUP),
    ("反不正当竞争法第十条是什么", Intent.LOOKUP),
    ("什么是商业秘密？", Intent.DEFINITION),
    ("客户名单被带走可以要求怎样的赔偿", Intent.AMOUNT),
    ("侵犯商业秘密罚多少钱", Intent.PENALTY),
    ("竞业限制最长几年", Intent.DURATION),
    ("新商标法什么时候施行", Intent.DATE),
    ("应该向哪个部门举报", Intent.WHO),
    ("员工带走图纸怎么办", Intent.STEPS),
    ("反向工程算侵权吗", Intent.PERMISSION),
    ("科普驿站要建几家", Intent.AMOUNT),
])
def test_the_kind_of_answer_wanted_is_told_from_the_wording(asked, intent):
    assert read(asked).intent is intent


@pytest.mark.parametrize(("asked", "meant"), [
    ("竟业限制最长几年", "竞业限制最长几年"),
    ("商业密秘怎么保护", "商业秘密怎么保护"),
    ("商業秘密條款", "商业秘密条款"),
    ("商\u200b业秘\u200d密\u202e怎么保护", "商业秘密怎么保护"),
])
def test_misspellings_traditional_and_invisible_characters_are_put_right(asked, meant):
    assert read(asked).text == meant


def test_an_article_named_in_any_spelling_is_a_reference():
    spelt = ("专利法22条3款", "《专利法》第二十二条第三款", "专利法第２２条第３款", "《中华人民共和国专利法》第二十二条第三款")
    assert {read(text).refs for text in spelt} == {(StatuteRef("专利法", 22, 0, 3),)}


def test_lay_words_bring_the_words_of_the_law():
    assert "商业秘密" in read("销售离职带走客户名单").expansions


@pytest.mark.parametrize(("asked", "day"), [
    ("2024年5月员工泄密，现在起诉适用哪部法", date(2024, 5, 1)),
    ("泄密发生在2023年3月15日", date(2023, 3, 15)),
    ("到2025年底要建多少家服务站", None),
    ("2025年10月15日起施行的反不正当竞争法", None),
    ("员工泄密怎么办", None),
])
def test_the_day_something_happened_is_told_from_deadlines_and_dates_in_force(asked, day):
    assert read(asked).event_day == day


def test_a_follow_up_is_read_with_the_question_before_it():
    inquiry = read("那赔多少呢", "员工带走客户名单怎么办")
    assert inquiry.resolved and "客户名单" in inquiry.text and "赔多少" in inquiry.text


def test_a_follow_up_to_nothing_is_unclear():
    assert read("那它呢").unclear


@pytest.mark.parametrize("nothing", ["", "   ", "\u200b\u200d", "？？？", "🙂🙂", "……"])
def test_a_question_without_words_is_refused_with_a_remedy(nothing):
    with pytest.raises(QuestionError) as refused:
        read(nothing)
    assert refused.value.remedy


def test_a_hundred_thousand_characters_are_refused_with_their_count():
    with pytest.raises(QuestionError, match="100000"):
        read("密" * 100_000)
    assert read("密" * LONGEST_QUESTION).text


def test_several_questions_in_one_are_told_apart():
    assert read("侵犯商业秘密罚多少钱？可以判几年？").parts == ("侵犯商业秘密罚多少钱", "可以判几年")


@pytest.mark.parametrize(("asked", "changes"), [
    ("反不正当竞争法修改了什么", True), ("商标法新旧对照有哪些变化", True), ("侵犯商业秘密罚多少", False)])
def test_what_a_new_version_changed_is_told_from_other_questions(asked, changes):
    assert read(asked).asks_change is changes


def test_a_follow_up_names_its_new_subject_in_the_old_question():
    assert read("那快维中心呢", "武汉保护中心的备案主体要突破多少家").text == "武汉快维中心的备案主体要突破多少家"
    assert read("那补偿呢", "竞业限制最长多久").text == "竞业限制补偿怎么算"


def test_the_year_of_a_version_is_read_beside_its_article():
    inquiry = read("2019年的反不正当竞争法第九条")
    assert (inquiry.refs, inquiry.version_year) == ((StatuteRef("反不正当竞争法", 9),), "2019")
