"""Long accounts: what they ask is what is looked for, everything they say still counts."""

from datetime import date

import pytest

from kb.answer import Assistant
from kb.lexicon import bundled_lexicon
from kb.story import gist, is_story
from kb.types import Outcome, Question
from kb.understand import Intent, understand

TODAY = date(2026, 11, 22)
TELLS = bundled_lexicon().telling
SALESMAN = ("我在一家外贸公司做跟单，干了五年，手里的客户都是我自己一个一个跑出来的，公司也没给过什么资源。去年公司换了老板，提成一降再降，我就辞职了，"
            "自己注册了一个小公司接着做同样的产品。有几个老客户听说我出来了，主动加我微信，说愿意跟我做生意。上个礼拜前公司的律师给我发了一封函，"
            "要我赔五十万。可是这些客户是自愿来找我的呀，电脑走的时候都还回去了。请问我这样算侵犯商业秘密吗？")
FACTORY = ("我们是武汉东西湖区一家做食品添加剂的小厂，一共三十来个人。去年年初我们从山东请来一位技术主管老周，进厂的时候签了劳动合同，里面写着不能把厂里的"
           "技术告诉外面的人。今年六月他提出辞职，八月份我们在展会上看见一款产品，颜色、气味都跟我们的几乎一模一样。我们买了样品送去检测，成分比例跟我们的"
           "配方基本一致。后来查监控，发现老周离职前用手机对着文件拍照。现在客户已经跑了四家，损失一百多万。这种情况能不能直接去公安局报案？要准备些什么？")
AGENCY = ("公司让我把一份技术交底书交给专利代理所，代理所那边的小伙子加了我微信，后来我发现他把我们交底书里的图发到了一个行业群里，虽然打了码，但是同行一看就"
          "知道是我们的。专利还没有递交上去。老板气得不行，问我怎么选的代理所。我想知道代理所的人有没有保密的义务，泄露了要承担什么责任？")
COURTESY = "您好，打扰了。" + "我先说一下我的情况，说来话长，希望您能耐心听完。" * 6


def test_a_question_of_ordinary_length_is_left_alone():
    for text in ("老家员工把配方拍走了咋整", "朋友开店用了我的招牌。" * 10):
        assert not is_story(text)
        assert gist(text, TELLS) == text


@pytest.mark.parametrize(("story", "point"), [
    (SALESMAN, "请问我这样算侵犯商业秘密吗？"),
    (FACTORY, "这种情况能不能直接去公安局报案？要准备些什么？"),
    (AGENCY, "我想知道代理所的人有没有保密的义务，泄露了要承担什么责任？"),
])
def test_the_point_of_a_story_is_what_it_asks(story, point):
    assert gist(story, TELLS) == point


def test_a_question_that_does_not_say_about_what_takes_the_telling_sentences_along():
    story = COURTESY + "我把客户名单带到了新公司。" + "这样行不行？"
    assert gist(story, TELLS) == "我把客户名单带到了新公司。这样行不行？"


def test_a_story_that_asks_nothing_is_told_for_its_end():
    assert gist(COURTESY + "后来他把图纸卖给了对手。", TELLS) == "后来他把图纸卖给了对手。"


def test_day_and_place_are_read_from_the_whole_and_the_intent_from_the_point():
    inquiry = understand(Question("2024年3月，" + FACTORY, TODAY), bundled_lexicon(), {})
    assert (inquiry.event_day, inquiry.place, inquiry.intent) == (date(2024, 3, 1), "武汉", Intent.STEPS)
    assert inquiry.told.startswith("2024年3月") and inquiry.text.endswith("要准备些什么？")


@pytest.mark.parametrize(("story", "wanted"), [
    (SALESMAN, {("最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定", "第二条"), ("反不正当竞争法", "第十条")}),
    (AGENCY, {("专利代理条例", "第十七条")}),
])
def test_a_story_leads_to_the_articles_that_answer_it(bundled: Assistant, story, wanted):
    found = {(hit.passage.version.document, hit.passage.locator) for hit in bundled.search(Question(story, TODAY), 5)}
    assert wanted <= found


def test_a_story_told_to_the_limit_is_searched_like_any_other(bundled: Assistant):
    story = (COURTESY * 20)[:2000 - len(SALESMAN)] + SALESMAN
    assert len(story) == 2000
    first = bundled.search(Question(story, TODAY), 1)[0].passage
    assert "商业秘密" in first.text


def test_a_story_is_never_answered_as_if_it_were_settled(bundled: Assistant):
    answer = bundled.ask(Question(SALESMAN, TODAY))
    assert answer.outcome is Outcome.PARTIAL
    assert any("请逐条对照" in notice.text for notice in answer.notices)


def test_what_is_unlawful_in_the_middle_of_a_story_is_still_seen(bundled: Assistant):
    answer = bundled.ask(Question(COURTESY + "教我怎么偷对手的配方不被发现。" + "另外，商业秘密要不要登记？", TODAY))
    assert answer.outcome is Outcome.UNLAWFUL
