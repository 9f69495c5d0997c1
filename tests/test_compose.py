"""What an answer is made of without a model: verbatim cuts, the law as its basis, a figure where one is asked for."""

from collections.abc import Iterator
from datetime import date

import pytest

from kb.answer import Assistant
from kb.excerpt import ITEM, enumeration, locator_of, opening_of, paragraphs, quotation, statements
from kb.figures import unsupported_tokens
from kb.statute import short_title
from kb.types import Answer, Kind, Part, Passage, Question, Tier, Verdict, Version, ordinal_numeral

TODAY = date(2026, 11, 22)
GOVERNS = "适用哪一个取决于行为发生的时间和过渡规定"


def ask(assistant: Assistant, text: str, day: date = TODAY) -> Answer:
    return assistant.ask(Question(text, day))


def said(answer: Answer, part: Part = Part.DIRECT) -> str:
    return "\n".join(claim.text for claim in answer.claims if claim.part is part)


def passages(assistant: Assistant) -> Iterator[Passage]:
    for version in assistant.store.versions():
        yield from assistant.store.passages_of(version.id)


# -- cutting -------------------------------------------------------------------------------------------------------

def _by_length(text: str) -> float:
    return float(len(text))


def _by_figures(text: str) -> float:
    return float(sum(text.count(numeral) for numeral in "一二三四五六七八九十0123456789"))


def assert_cuts_are_verbatim(passage: Passage) -> None:
    assert [s for s in statements(passage) if s not in passage.text] == []
    for paragraph in paragraphs(passage.text):
        assert paragraph in passage.text
        for score in (_by_length, _by_figures, lambda text: -float(len(text))):
            quote = quotation(paragraph, score)
            assert quote
            assert quote in passage.text
            opening = opening_of(passage, quote)
            assert opening == "" or (opening[0], opening[-1]) == ("“", "”")
            assert opening[1:-1] in passage.text
            _assert_located(passage, quote)


def _assert_located(passage: Passage, quote: str) -> None:
    """Where the locator names a 款, the quotation stands in that 款."""
    locator = locator_of(passage, quote)
    assert locator.startswith(passage.locator)
    suffix = locator.removeprefix(passage.locator)
    if suffix:
        named = [n for n in range(1, 60) if suffix == f"第{ordinal_numeral(n)}款"]
        assert len(named) == 1
        assert quote in paragraphs(passage.text)[named[0] - 1]


def test_every_piece_cut_from_the_bundled_library_stands_in_it_word_for_word(bundled: Assistant):
    checked = 0
    for passage in passages(bundled):
        assert_cuts_are_verbatim(passage)
        checked += 1
    assert checked > 100


@pytest.mark.corpus
def test_every_piece_cut_from_five_hundred_official_passages_stands_in_them_word_for_word(full: Assistant):
    official = sorted((p for p in passages(full) if p.version.tier is Tier.OFFICIAL), key=lambda p: p.id)
    assert len(official) > 500
    for passage in official[:500]:               # ids are digests of the content, so this is a fair sample
        assert_cuts_are_verbatim(passage)


@pytest.mark.corpus
def test_a_sentence_of_the_second_paragraph_is_located_there(full: Assistant):
    article = next(p for p in full.store.article("劳动合同法", 24) if p.version.in_force_on(TODAY) and p.version.tier is Tier.OFFICIAL)
    assert locator_of(article, "不得超过二年") == "第二十四条第二款"
    assert locator_of(article, "竞业限制的人员限于用人单位的高级管理人员、高级技术人员和其他负有保密义务的人员") == "第二十四条第一款"


def _made(text: str, tier: Tier = Tier.OFFICIAL, article: int | None = 5, part: int = 0) -> Passage:
    version = Version("v", "某法", "某法", "2020", Kind.LAW, tier)
    return Passage("p", version, "第五条", text, article=article, part=part)


LISTED = "有下列情形之一的，处罚款：\n（一）甲；\n（二）乙。\n前款规定的罚款由某局作出。"


def test_the_items_of_a_list_belong_to_the_paragraph_that_opens_it():
    assert paragraphs(LISTED) == ["有下列情形之一的，处罚款：\n（一）甲；\n（二）乙。", "前款规定的罚款由某局作出。"]


@pytest.mark.parametrize(("quote", "locator"), [
    ("（二）乙。", "第五条第一款"), ("前款规定的罚款由某局作出。", "第五条第二款"), (LISTED, "第五条"),
])
def test_a_quotation_is_located_in_its_paragraph_and_a_longer_one_in_the_article(quote, locator):
    assert locator_of(_made(LISTED), quote) == locator


@pytest.mark.parametrize("passage", [_made("只有一款。"), _made(LISTED, Tier.DIGEST), _made(LISTED, article=None), _made(LISTED, part=1)],
                         ids=["one paragraph", "digest", "no article", "part of an article"])
def test_no_paragraph_is_named_where_it_cannot_be_counted(passage):
    assert locator_of(passage, passage.text.split("\n")[-1]) == "第五条"


def test_a_quoted_item_is_introduced_by_the_words_that_open_its_list():
    assert opening_of(_made(LISTED), "（一）甲；") == "“有下列情形之一的，处罚款：”"
    assert opening_of(_made(LISTED), "前款规定的罚款由某局作出。") == ""


@pytest.mark.parametrize(("paragraph", "listed"), [
    ("下列情形之一：\n（一）公开的；\n（二）明显的。", "下列情形之一：\n（一）公开的；\n（二）明显的。"),
    ("下列情形之一：\n（一）公开的。", ""),
    ("经营者不得作虚假宣传。", ""),
    ("（二）接着上一部分的；\n（三）再一项；\n（四）末项。", ""),
    ("下列情形之一：\n" + "\n".join(f"（{n}）{'长' * 150}；" for n in "一二三四"), "下列情形之一：\n" + "\n".join(f"（{n}）{'长' * 150}；" for n in "一二")),
], ids=["whole", "one item", "no list", "without its opening", "as much as is read at a glance"])
def test_a_list_is_quoted_with_the_words_that_open_it(paragraph, listed):
    assert enumeration(paragraph) == listed


@pytest.mark.corpus
@pytest.mark.parametrize(("question", "items"), [
    ("“实质上相同”怎么判断，要考虑哪些因素", ["异同程度", "容易想到", "公有领域"]),
    ("哪些情形下信息已经算为公众所知悉", ["一般常识", "公开出版物"]),
])
def test_who_asks_for_a_list_gets_the_list_and_not_one_item_of_it(full: Assistant, question, items):
    assert [item for item in items if item not in said(ask(full, question))] == []


def test_a_long_paragraph_is_quoted_by_the_whole_sentence_that_bears_on_the_question():
    sentence = "罚款的数额为十万元以下。"
    long = "甲" * 120 + "。" + sentence + "乙" * 120 + "。"
    assert quotation(long, lambda text: float("罚款" in text)) == sentence


def test_a_semicolon_does_not_cut_a_sentence_of_penalties_in_two():
    penalty = "情节严重的，处三年以下有期徒刑；情节特别严重的，处三年以上十年以下有期徒刑。"
    assert statements(_made(penalty)) == [penalty]


# -- the answer ----------------------------------------------------------------------------------------------------

ASKED = ["什么信息算商业秘密", "员工离职带走客户名单怎么办", "泄密之后头三天做什么", "侵犯商业秘密要坐牢吗", "竞业限制最长多久", "竞业限制补偿一个月多少",
         "侵犯商业秘密罚款多少", "故意侵犯商业秘密赔几倍", "商业秘密服务站建多少家", "反向工程违法吗", "《反不正当竞争法》第十条"]


def assert_basis_is_law(answer: Answer) -> None:
    cited = {c.n: c for c in answer.citations}
    basis = [cited[n] for claim in answer.claims if claim.part is Part.BASIS for n in claim.citations]
    assert [c.passage.title for c in basis if c.passage.version.kind is Kind.GUIDE] == []


def assert_quotes_are_verbatim(answer: Answer) -> None:
    cited = {c.n: c for c in answer.citations}
    assert [c.quote for c in answer.citations if c.quote not in c.passage.text] == []
    for claim in answer.claims:
        assert set(claim.citations) <= set(cited)
        for c in map(cited.__getitem__, claim.citations):
            if claim.part is Part.BASIS and "“" in claim.text and c.passage.version.tier is Tier.OFFICIAL:
                assert c.quote in claim.text
                assert c.verdict is Verdict.VERBATIM


@pytest.mark.parametrize("question", ASKED)
def test_the_bundled_library_quotes_itself_word_for_word_and_no_guide_as_law(bundled: Assistant, question):
    answer = ask(bundled, question)
    assert answer.citations
    assert_quotes_are_verbatim(answer)
    assert_basis_is_law(answer)


@pytest.mark.corpus
@pytest.mark.parametrize("question", ASKED)
def test_the_law_is_quoted_word_for_word_and_no_guide_as_law(full: Assistant, question):
    answer = ask(full, question)
    assert answer.citations
    assert_quotes_are_verbatim(answer)
    assert_basis_is_law(answer)


@pytest.mark.parametrize("question", ASKED)
def test_a_digest_never_stands_in_quotation_marks_as_if_it_were_the_law(bundled: Assistant, question):
    answer = ask(bundled, question)
    digests = [c.quote for c in answer.citations if c.passage.version.tier is Tier.DIGEST]
    assert [q for q in digests for claim in answer.claims if f"“{q}”" in claim.text] == []


@pytest.mark.corpus
@pytest.mark.parametrize(("question", "figure"), [
    ("竞业限制最长多久", "二年"), ("故意侵犯商业秘密最多赔几倍", "5倍"), ("侵犯商业秘密罚款多少", "万元"),
    ("商业秘密服务站建多少家", "50家"), ("损失算不出来法院最多判赔多少", "五百万元"),
])
def test_a_question_for_a_figure_gets_a_sentence_with_the_figure(full: Assistant, question, figure):
    assert not unsupported_tokens(figure, [said(ask(full, question))])


RELATED = "相关条文："


def test_the_article_found_next_stands_in_its_words_where_they_are_few_and_another_by_name(full: Assistant):
    answer = ask(full, "技术调查官要回避吗")
    basis = [claim for claim in answer.claims if claim.part is Part.BASIS]
    named = [claim for claim in basis if claim.text.startswith(RELATED)]
    assert named
    for position, claim in enumerate(named):
        source = next(c for c in answer.citations if c.n == claim.citations[0])
        by_name = f"{RELATED}《{short_title(source.passage.title)}》{source.passage.locator}"
        assert claim.text == by_name or (position == 0 and claim.text.endswith(f"：“{source.quote}”") and len(source.quote) <= 90)
    articles = [(c.passage.version.document, c.passage.article) for c in answer.citations if c.n in {n for claim in named for n in claim.citations}]
    others = [(c.passage.version.document, c.passage.article) for c in answer.citations if c.n in {n for claim in basis for n in claim.citations
                                                                                           if claim not in named}]
    assert not set(articles) & set(others)


@pytest.mark.parametrize("question", ["3000是指什么", "商标法第五十七条"])
def test_a_figure_explained_or_an_article_named_brings_no_other_article_along(full: Assistant, question):
    assert RELATED not in said(ask(full, question), Part.BASIS)


@pytest.mark.parametrize(("question", "consequence"), [
    ("供应商泄露我们的图纸，赔偿怎么算", "500万元以下"), ("供应商泄露我们的图纸会被罚多少", "罚款"), ("供应商泄露我们的图纸会判刑吗", "有期徒刑"),
])
def test_a_question_for_a_consequence_is_answered_by_a_sentence_that_names_it(bundled: Assistant, question, consequence):
    assert consequence in said(ask(bundled, question))


@pytest.mark.parametrize("together", ["侵犯商业秘密最高赔多少？竞业限制最长多久？", "科普驿站设几家？商业秘密服务站要建多少家？"])
def test_two_questions_in_one_are_both_answered(bundled: Assistant, together):
    facts = {"侵犯商业秘密最高赔多少": "倍", "竞业限制最长多久": "二年", "商业秘密服务站要建多少家": "50家", "科普驿站设几家": "10家"}
    answer = said(ask(bundled, together)).replace("2年", "二年")
    assert [fact for asked, fact in facts.items() if asked in together and fact not in answer] == []


def test_a_question_for_what_to_do_gets_the_steps_of_a_guide(bundled: Assistant):
    answer = ask(bundled, "泄密之后头72小时该做什么")
    steps = [claim for claim in answer.claims if claim.part is Part.STEPS]
    cited = {c.n: c for c in answer.citations}
    assert len(steps) >= 2
    assert all(cited[n].passage.version.tier is Tier.GUIDE for claim in steps for n in claim.citations)


@pytest.mark.corpus
@pytest.mark.parametrize(("question", "then", "now"), [
    ("侵犯商业秘密发生在2024年5月，罚款多少", "第二十一条", "第二十六条"),
    ("2024年5月离职员工泄露了商业秘密，可以要求赔多少", "第十七条第三款", "第二十二条第三款"),
])
def test_for_something_that_happened_in_2024_both_texts_are_shown_and_that_either_may_govern(full: Assistant, question, then, now):
    answer = ask(full, question)
    cited = {(c.passage.version.label, c.locator) for c in answer.citations}
    assert {("2019修正", then), ("2025修订", now)} <= cited
    assert any(GOVERNS in notice.text for notice in answer.notices)
    assert [c.quote for c in answer.citations if c.quote not in c.passage.text] == []


@pytest.mark.corpus
@pytest.mark.parametrize("question", ["侵犯商业秘密罚款多少", "2026年11月发生的侵犯商业秘密，罚款多少"])
def test_nothing_is_said_of_two_texts_when_the_question_names_no_earlier_day(full: Assistant, question):
    answer = ask(full, question)
    assert {c.passage.version.label for c in answer.citations if c.passage.version.document == "反不正当竞争法"} <= {"2025修订"}
    assert not any(GOVERNS in notice.text for notice in answer.notices)


@pytest.mark.corpus
@pytest.mark.parametrize(("named", "words"), [
    ("反不正当竞争法第二十二条第四款", "五百万元以下的赔偿"), ("《劳动合同法》第二十四条第二款", "不得超过二年"),
    ("反不正当竞争法第十条第一款第一项", "（一）以盗窃、贿赂、欺诈、胁迫、电子侵入"),
])
def test_a_named_paragraph_or_item_is_quoted_and_not_the_rest_of_the_article(full: Assistant, named, words):
    quote = ask(full, named).citations[0].quote
    assert words in quote
    assert len([line for line in quote.split("\n") if not ITEM.match(line)]) <= 1
