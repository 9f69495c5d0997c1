"""What to ask next: three questions that this library answers, each unlike the others and understandable by itself."""

from dataclasses import replace
from datetime import date

import pytest

from kb.answer import SAMPLE_QUESTIONS, Assistant
from kb.lexicon import bundled_lexicon
from kb.suggest import near, presentable, suggested
from kb.types import Answer, Audience, Citation, Hit, Kind, Outcome, Passage, Question, Tier, Version

TODAY = date(2026, 11, 22)
ASKED = ("员工离职带走客户名单怎么办", "竞业限制最长多久", "商标注册有效期多久", "科普驿站要建多少家", "反不正当竞争法第十条", "软件被抄袭怎么维权",
         "新商标法什么时候施行")


def ask(assistant: Assistant, text: str, *turns: str, audience: Audience = Audience.ENTERPRISE, day: date = TODAY) -> Answer:
    return assistant.ask(Question(text, day, turns, audience))


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("asked", ASKED)
def test_three_questions_follow_that_stand_alone_in_the_same_conversation(bundled, asked, audience):
    answer = ask(bundled, asked, audience=audience)
    assert len(set(answer.followups) - {asked}) == 3
    for question in answer.followups:
        assert presentable(question, bundled_lexicon())
        assert ask(bundled, question, asked, audience=audience).resolved == ""


def test_the_same_question_is_followed_by_the_same_ones(bundled):
    assert ask(bundled, ASKED[0]).followups == ask(bundled, ASKED[0]).followups


def test_what_was_asked_before_is_not_suggested_again(bundled):
    first = ask(bundled, ASKED[0]).followups
    assert first[0] not in ask(bundled, ASKED[0], first[0]).followups


def test_an_answer_in_part_has_them_and_a_declined_question_has_samples_or_none(bundled):
    assert len(ask(bundled, "软件被抄袭怎么维权").followups) == 3
    assert ask(bundled, "讲个笑话").followups == SAMPLE_QUESTIONS
    assert ask(bundled, "怎么混进同行车间拍照").followups == ()
    assert ask(bundled, "武汉科普驿站到2028年要建多少家").followups == ()


SAMPLE = ("商标被人抢注了怎么办", "侵犯商业秘密罚多少", "外观设计专利保护几年", "客户名单算商业秘密吗", "惩罚性赔偿最高几倍", "怎么申请诉前保全",
          "职务发明归谁", "图片被盗用怎么办", "培训基地要建几家", "竞业限制补偿怎么算", "反向工程算侵权吗", "商业秘密案件由哪个法院管", "假冒专利怎么处罚",
          "保密协议怎么写", "著作权保护多少年", "计算机软件登记要什么材料")


def test_of_what_is_suggested_nine_in_ten_are_answered(bundled):
    outcomes = [ask(bundled, question, asked).outcome for asked in SAMPLE for question in ask(bundled, asked).followups]
    assert len(outcomes) == 3 * len(SAMPLE)
    assert outcomes.count(Outcome.ANSWERED) >= 0.9 * len(outcomes)


# --- which can be shown ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("question", [
    "想把转利卖给外国公司要办什么手续？", "商业密秘要满足几个条件？", "反向工成要注意什么？",      # misspelt on purpose
    "他能问鉴定人吗？", "这种商标能注册吗？", "该专利还有效吗？",                                 # of whom, of what
    "立案要多久？", "哪些情况不给备案？", "那商标呢？",                                          # nothing by itself
    "商标多久审完", "外观专利区法院收吗", "哪些人该看竞业限制的员工指南？", "商业秘密用英文怎么说？", "商标？",
    "我手上有几首歌的版权，想拿去跟朋友借二十万当担保，光签借条够不够，要不要去哪里登记一下？"])
def test_what_is_misspelt_leaning_or_about_our_own_pages_is_not_shown(question):
    assert not presentable(question, bundled_lexicon())


# --- which are chosen --------------------------------------------------------------------------------------------------------

LAW = Version("law", "某法", "某法", "2025", kind=Kind.LAW, tier=Tier.DIGEST)
GUIDE = replace(LAW, id="guide", kind=Kind.GUIDE, tier=Tier.GUIDE)


def passage(id_: str, *questions: str, version: Version = LAW) -> Passage:
    return Passage(id_, version, id_, "文字。", questions=questions)


def chosen(*around: tuple[Passage, float], asked: str = "商业秘密怎么保护", audience: Audience = Audience.ENTERPRISE) -> tuple[str, ...]:
    return suggested(asked, (), audience, around, lambda question: True)


def test_near_ones_come_first_and_each_passage_gives_one():
    assert chosen((passage("a", "商业秘密的证据有哪些？", "商业秘密的证据怎么留？"), 1.0), (passage("b", "泄露商业秘密罚多少？"), 0.9),
                  (passage("c", "商业秘密官司去哪个法院打？"), 0.8), (passage("d", "商业秘密可以许可吗？"), 0.1)) == (
                      "商业秘密的证据有哪些？", "泄露商业秘密罚多少？", "商业秘密官司去哪个法院打？")


def test_what_is_asked_already_or_much_the_same_is_left_out():
    assert chosen((passage("a", "商业秘密应该怎么保护？"), 1.0), (passage("b", "泄露商业秘密罚多少？"), 0.9),
                  (passage("c", "泄露商业秘密罚多少钱？"), 0.9)) == ("泄露商业秘密罚多少？",)


def test_an_owner_is_not_offered_what_employees_ask_unless_asking_as_one():
    around = ((passage("a", "老板让我签竞业限制，能拒绝吗？"), 1.0), (passage("b", "竞业限制约束哪些人？"), 0.9))
    assert chosen(*around, asked="竞业限制最长多久")[0] == "竞业限制约束哪些人？"
    assert chosen(*around, asked="老板要我赔竞业限制违约金怎么办")[0] == "老板让我签竞业限制，能拒绝吗？"


def test_questions_of_a_page_for_others_are_not_offered_and_concepts_go_to_trainees_first():
    for_stations = replace(GUIDE, audience=Audience.STATION)
    around = ((passage("a", "商业秘密用大白话怎么讲？", version=for_stations), 1.0), (passage("b", "泄露商业秘密罚多少？"), 0.95),
              (passage("c", "商业秘密有哪些要件？"), 0.9))
    assert chosen(*around, audience=Audience.TRAINEE) == ("商业秘密有哪些要件？", "泄露商业秘密罚多少？")
    assert "商业秘密用大白话怎么讲？" in chosen(*around, audience=Audience.STATION)


def test_around_an_answer_are_other_hits_the_sections_of_its_guide_and_the_articles_beside_the_one_it_cites(bundled):
    answer = ask(bundled, ASKED[0])
    hits = answer.retrieved
    guide = next(hit.passage for hit in hits if hit.passage.version.kind is Kind.GUIDE)
    law = next(hit.passage for hit in hits if hit.passage.version.kind is Kind.LAW)
    around = {found.id for found, _ in near(hits, [Citation(1, law, law.text, law.locator)], [guide], bundled.store)}
    assert guide.id not in around
    assert around & ({p.id for p in bundled.store.passages_of(guide.version.id)} - {hit.passage.id for hit in hits})
    assert around & ({p.id for p in bundled.store.around(law.id, 2)} - {law.id})
    assert near([Hit(law, 2.0)], [], [law], bundled.store) == []
