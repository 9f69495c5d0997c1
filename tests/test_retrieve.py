"""What comes first for a question, in which version, and why."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from kb.answer import Assistant
from kb.lexicon import bundled_lexicon
from kb.registry import bundled_registry, without_excerpt
from kb.retrieve import Retriever
from kb.statute import short_title
from kb.types import Audience, Hit, Kind, Passage, Question, Status, Tier, Version, ordinal_numeral
from kb.understand import understand

TODAY = date(2026, 11, 22)
TRADE_SECRET = "商业秘密，是指不为公众所知悉、具有商业价值并经权利人采取相应保密措施的技术信息、经营信息等商业信息"


def found(assistant: Assistant, text: str, day: date = TODAY, top: int = 10, **how: bool) -> list[Hit]:
    return assistant.search(Question(text, day, **how), top)


def spelt(passage: Passage, label: str = "") -> list[str]:
    """One article as people write it, with the label of its version where that is not in force."""
    name, number = short_title(without_excerpt(passage.title)), passage.article or 1
    sub = f"之{ordinal_numeral(passage.sub)}" if passage.sub else ""
    of = f"（{label}）" if label else ""
    wide = str(number).translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    return [f"《{name}》{of}第{ordinal_numeral(number)}条{sub}", f"《中华人民共和国{name}》{of}第{number}条{sub}",
            f"{name}{of}第{number}条{sub}", f"{name}{of}{number}条{sub}", f"{name}{of} 第 {wide} 条{sub}"]


def _named(passages: list[Passage], tier: Tier, count: int) -> list[Passage]:
    """A fixed sample of the articles of laws in force that the register knows by the name they carry."""
    registry = bundled_registry()
    laws = sorted((p for p in passages if p.article is not None and p.version.kind is Kind.LAW and p.version.tier is tier
                   and p.version.in_force_on(TODAY) and registry.document(short_title(p.title)) == p.version.document),
                  key=lambda p: p.id)
    return laws[:count]                          # ids are digests of the content, so this is a fair sample


def _all_passages(assistant: Assistant) -> list[Passage]:
    return [p for version in assistant.store.versions() for p in assistant.store.passages_of(version.id)]


def _first_is(assistant: Assistant, article: Passage) -> list[str]:
    """The spellings for which another article comes first."""
    wrong = []
    for text in spelt(article):
        first = found(assistant, text, top=1)[0].passage
        if (first.version.document, first.article, first.sub) != (article.version.document, article.article, article.sub):
            wrong.append(f"{text}: {first.title}{first.locator}")
    return wrong


# -- exact references ---------------------------------------------------------------------------------------------

def test_an_article_of_the_bundled_library_comes_first_in_whichever_of_five_ways_it_is_written(bundled: Assistant):
    articles = _named(_all_passages(bundled), Tier.DIGEST, 12)
    assert len(articles) >= 5
    assert [line for article in articles for line in _first_is(bundled, article)] == []


class FindsNothing:
    """An index in which no word leads anywhere: what is found was found by name and number."""

    def lexical(self, query: str, top: int):
        return []

    asked = nearest = nearest_asked = lexical


@pytest.mark.corpus
@pytest.mark.parametrize("share", range(4))
def test_every_official_article_in_every_version_comes_first_in_whichever_of_five_ways_it_is_written(full: Assistant, share):
    """What is named outranks whatever is found (the test below), so it is enough to look things up here."""
    by_name = Retriever(FindsNothing(), full.store, full.standing)
    versions = [v for v in full.standing.versions() if v.tier is Tier.OFFICIAL]
    given_way = full.standing.overtaken(TODAY)
    wrong, asked = [], 0
    for version in versions[share::4]:
        current = version.in_force_on(TODAY) and version.id not in given_way
        label = "" if current else version.label.partition("（")[2].rstrip("）") or version.label
        for article in full.store.passages_of(version.id):
            for text in spelt(article, label) if article.article and article.part <= 1 else ():
                asked += 1
                hits = by_name.search(understand(Question(text, TODAY), full.lexicon, full.registry.names), 1)
                first = hits[0].passage if hits else None
                if first is None or (first.version.document, first.version.label, first.locator) != (
                        version.document, version.label, article.locator):
                    wrong.append(f"{text}: {first and (first.title, first.version.label, first.locator)}")
    assert asked > 4_000
    assert wrong == []


@pytest.mark.corpus
def test_an_official_article_comes_before_everything_else_that_is_found(full: Assistant):
    articles = _named(_all_passages(full), Tier.OFFICIAL, 24)
    assert len({article.version.document for article in articles}) >= 5
    assert [line for article in articles for line in _first_is(full, article)] == []


@pytest.mark.corpus
@pytest.mark.parametrize(("written", "document", "locator"), [
    ("法释〔2025〕5号第十七条", "知识产权刑事解释", "第十七条"),
    ("刑法219条之一", "刑法", "第二百一十九条之一"),
    ("民法典第一千一百八十五条", "民法典", "第一千一百八十五条"),
    ("反法第10条", "反不正当竞争法", "第十条"),
])
def test_numbers_of_documents_inserted_articles_and_short_names_lead_to_the_article(full: Assistant, written, document, locator):
    first = found(full, written)[0].passage
    assert (first.version.document, first.locator) == (document, locator)


@pytest.mark.corpus
def test_two_named_articles_come_in_the_order_they_are_named(full: Assistant):
    hits = found(full, "劳动合同法第二十四条和反不正当竞争法第十条有什么不同")
    assert [(h.passage.version.document, h.passage.locator) for h in hits[:2]] == [
        ("劳动合同法", "第二十四条"), ("反不正当竞争法", "第十条")]


# -- the version in force ------------------------------------------------------------------------------------------

@pytest.mark.corpus
@pytest.mark.parametrize(("day", "label", "locator"), [
    (date(2024, 5, 1), "2019修正", "第九条"), (date(2025, 10, 14), "2019修正", "第九条"),
    (date(2025, 10, 15), "2025修订", "第十条"), (TODAY, "2025修订", "第十条"),
])
def test_what_a_trade_secret_is_stands_in_the_article_in_force_on_the_asked_day(full: Assistant, day, label, locator):
    hits = [h.passage for h in found(full, "反不正当竞争法所称的商业秘密是指什么，技术信息、经营信息", day, top=20)]
    defining = [(p.version.label, p.locator) for p in hits
                if p.version.document == "反不正当竞争法" and p.version.tier is Tier.OFFICIAL and TRADE_SECRET in p.text]
    assert defining == [(label, locator)]


@pytest.mark.corpus
@pytest.mark.parametrize(("day", "label"), [(date(2026, 12, 31), "2019修正"), (date(2027, 1, 1), "2026修订")])
def test_the_trademark_law_changes_on_the_first_day_of_2027(full: Assistant, day, label):
    hits = [h.passage for h in found(full, "商标法 注册商标专用权的有效期", day, top=20)]
    assert {p.version.label for p in hits if p.version.document == "商标法"} == {label}


@pytest.mark.corpus
@pytest.mark.parametrize("question", ["侵犯商业秘密怎么赔", "注册商标有效期几年", "发明专利保护多少年", "竞业限制补偿"])
@pytest.mark.parametrize("day", [date(2018, 6, 1), date(2022, 6, 1), date(2025, 10, 15), date(2027, 1, 1)])
def test_no_text_is_found_that_was_not_in_force(full: Assistant, question, day):
    hits = found(full, question, day, top=50)
    assert hits
    assert [f"{h.passage.title} {h.passage.version.label}" for h in hits if not h.passage.version.in_force_on(day)] == []


@pytest.mark.corpus
def test_all_versions_are_found_when_asked_for(full: Assistant):
    hits = found(full, "反不正当竞争法 商业秘密是指", top=100, all_versions=True)
    assert {"2019修正", "2025修订"} <= {h.passage.version.label for h in hits}


# -- digests, guides and the law itself ----------------------------------------------------------------------------

def test_a_digest_stands_in_where_the_official_text_is_not_held(bundled: Assistant):
    first = found(bundled, "反不正当竞争法第二十二条")[0].passage
    assert (first.locator, first.version.tier) == ("第二十二条", Tier.DIGEST)


@pytest.mark.corpus
@pytest.mark.parametrize("question", ["反不正当竞争法第二十二条", "故意侵犯商业秘密赔几倍", "竞业限制最长几年", "客户名单是商业秘密吗"])
def test_a_digest_gives_way_to_the_official_text_it_digests(full: Assistant, question):
    held = {(v.document, v.label) for v in full.store.versions() if v.tier is Tier.OFFICIAL}
    digests = [h.passage for h in found(full, question, top=20) if h.passage.version.tier is Tier.DIGEST
               and h.passage.article is not None]
    assert [p.locator for p in digests if (p.version.document, p.version.label) in held] == []


@pytest.mark.corpus
def test_a_guide_brings_along_the_articles_of_its_basis(full: Assistant):
    hits = found(full, "员工离职带走资料怎么办", top=40)
    assert hits[0].passage.version.kind in (Kind.GUIDE, Kind.LAW, Kind.JUDICIAL_INTERPRETATION)
    brought = [h for h in hits if any(why.startswith("依据《") for why in h.why)]
    assert brought
    assert {h.passage.version.tier for h in brought} == {Tier.OFFICIAL}


# -- authority and place -------------------------------------------------------------------------------------------

@pytest.mark.corpus
@pytest.mark.parametrize("question", ["商业秘密保护 侵权行为", "科技创新 成果转化 奖励", "知识产权保护条例 法律责任"])
def test_a_local_rule_does_not_lead_where_no_place_is_named(full: Assistant, question):
    first = found(full, question)[0].passage.version
    assert first.place == "" or "武汉" in first.place


@pytest.mark.corpus
def test_a_local_rule_says_that_it_is_local_when_no_place_is_named_and_not_when_its_place_is(full: Assistant):
    def local(question: str) -> list[Hit]:
        return [h for h in found(full, question, top=100) if "宁波" in h.passage.version.place]

    def marked(hit: Hit) -> bool:
        return any(why.startswith("仅适用于") for why in hit.why)
    assert local("企业的技术秘密保护措施")
    assert all(marked(hit) for hit in local("企业的技术秘密保护措施"))
    named = local("宁波企业的技术秘密保护措施")
    assert named
    assert not any(marked(hit) for hit in named)


class AsUserText:
    """The store with the texts of one document presented as a user's own."""

    def __init__(self, store, document: str) -> None:
        self._store, self._document = store, document

    def _seen(self, passage: Passage) -> Passage:
        mine = passage.version.document == self._document
        return replace(passage, version=replace(passage.version, tier=Tier.USER)) if mine else passage

    def passages(self, ids):
        return {id_: self._seen(p) for id_, p in self._store.passages(ids).items()}

    def article(self, document: str, article: int, sub: int = 0):
        return [self._seen(p) for p in self._store.article(document, article, sub)]

    def __getattr__(self, name: str) -> Callable[..., object]:
        return getattr(self._store, name)


@pytest.mark.corpus
def test_a_text_loses_rank_when_a_user_and_not_the_official_source_vouches_for_it(full: Assistant):
    inquiry = understand(Question("从解除或者终止劳动合同后计算的竞业限制期限", TODAY), bundled_lexicon(), {})

    def score(store) -> float:
        hits = Retriever(full.index, store).search(inquiry, 100)
        return next(h.score for h in hits if (h.passage.version.document, h.passage.article) == ("劳动合同法", 24))
    assert score(AsUserText(full.store, "劳动合同法")) < score(full.store)


@pytest.mark.corpus
def test_a_user_s_copy_of_a_named_article_never_stands_in_for_the_official_one(full: Assistant):
    class WithCopy(AsUserText):
        def article(self, document: str, article: int, sub: int = 0):
            official = self._store.article(document, article, sub)
            mine = [replace(p, id=f"u{p.id}", text="用户改过的话", version=replace(p.version, tier=Tier.USER)) for p in official]
            return mine + official

    inquiry = understand(Question("反不正当竞争法第二十二条", TODAY), bundled_lexicon(), bundled_registry().names)
    named = Retriever(full.index, WithCopy(full.store, "")).governing("反不正当竞争法", 22, 0, inquiry)
    assert named
    assert {p.version.tier for p in named} == {Tier.OFFICIAL}


# -- what the list looks like --------------------------------------------------------------------------------------

@pytest.mark.parametrize("question", ["什么信息算商业秘密", "反不正当竞争法第十条", "示范区 商业秘密服务站"])
def test_each_hit_says_why_it_is_there_and_the_best_comes_first(bundled: Assistant, question):
    hits = found(bundled, question, top=20)
    assert all(hit.why for hit in hits)
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert len({h.passage.id for h in hits}) == len(hits)


def test_a_named_article_says_that_it_was_named(bundled: Assistant):
    assert any(why.startswith("指名") for why in found(bundled, "反不正当竞争法第十条")[0].why)


@pytest.mark.parametrize("top", [1, 3, 7])
def test_no_more_hits_come_than_were_asked_for(bundled: Assistant, top):
    assert len(found(bundled, "商业秘密", top=top)) == top


def test_the_same_question_finds_the_same_passages_each_time(bundled: Assistant):
    assert found(bundled, "客户名单是商业秘密吗") == found(bundled, "客户名单是商业秘密吗")


@pytest.mark.corpus
def test_as_many_passages_are_found_as_are_asked_for(full: Assistant):
    hits = full.search(Question("商业秘密", TODAY), top=100)
    assert len(hits) == 100
    digested = {(h.passage.version.document, h.passage.locator) for h in hits if h.passage.version.tier is Tier.DIGEST}
    assert not digested & {(h.passage.version.document, h.passage.locator) for h in hits
                           if h.passage.version.tier is Tier.OFFICIAL}


# -- versions that gave way, and the same words in several files ----------------------------------------------------

def version(title: str, label: str, first: date, tier: Tier = Tier.OFFICIAL, name: str = "") -> Version:
    return Version(f"{tier}:{title}@{label}#{name}", "样品法", title, label, Kind.LAW, tier, in_force_from=first,
                   status=Status.CURRENT, file_name=name)


class Few:
    """Store and index over a few passages; every one of them answers every question, in the order given."""

    def __init__(self, *passages: Passage) -> None:
        self._passages = {p.id: p for p in passages}

    def passages(self, ids):
        return {i: self._passages[i] for i in ids if i in self._passages}

    def version_ids(self):
        return {i: p.version.id for i, p in self._passages.items()}

    def article(self, document: str, article: int, sub: int = 0):
        return [p for p in self._passages.values() if (p.version.document, p.article, p.sub) == (document, article, sub)]

    def versions(self):
        return list({p.version.id: p.version for p in self._passages.values()}.values())

    def lexical(self, query: str, top: int):
        return [(i, 1.0 - n / 100) for n, i in enumerate(self._passages)]

    def asked(self, query: str, top: int):
        return []

    nearest = nearest_asked = asked


def article_of(of: Version, number: int, text: str) -> Passage:
    return Passage(f"{of.id}{number}", of, f"第{ordinal_numeral(number)}条", text, article=number)


OLD_TEXT, NEW_TEXT = version("样品法", "2010", date(2010, 1, 1)), version("样品法", "2020修订", date(2020, 1, 1))
FORGED = version("样品法", "2026修订", date(2026, 1, 1), Tier.USER, "下载.docx")


def shelf_hits(*passages: Passage, day: date = TODAY, **how: bool) -> list[Hit]:
    few = Few(*passages)
    return Retriever(few, few).search(understand(Question("样品怎么保密", day, **how), bundled_lexicon(), {}))


def test_a_version_that_gave_way_is_not_found_except_for_its_time_or_on_request():
    old, new = article_of(OLD_TEXT, 5, "样品应当保密五年。"), article_of(NEW_TEXT, 6, "样品应当保密十年。")
    assert [h.passage for h in shelf_hits(old, new)] == [new]
    assert [h.passage for h in shelf_hits(old, new, day=date(2015, 1, 1))] == [old]
    assert {h.passage.id for h in shelf_hits(old, new, all_versions=True)} == {old.id, new.id}


def test_a_forged_later_version_neither_replaces_nor_precedes_the_official_text():
    """F35: it stands behind the official article of the same number, which comes along although it was not found."""
    forged, official = article_of(FORGED, 5, "样品不必保密，随便使用样品怎么都行。"), article_of(NEW_TEXT, 5, "样品应当保密十年。")

    class FindsOnlyTheForgery(Few):
        def lexical(self, query: str, top: int):
            return [(forged.id, 1.0)]

    for few in (FindsOnlyTheForgery(forged, official), Few(forged, official), Few(official, forged)):
        hits = Retriever(few, few).search(understand(Question("样品怎么保密", TODAY), bundled_lexicon(), {}))
        assert [h.passage for h in hits] == [official, forged]


def test_the_same_words_come_once_from_the_most_trusted_file_with_their_other_places():
    words = "样品应当保密十年。"
    copy = article_of(version("样品法", "2020修订", date(2020, 1, 1), Tier.USER, "副本.txt"), 6, "样品应当保密 十年｡")
    part, whole = article_of(version("样品法（节选）", "2020修订", date(2020, 1, 1)), 6, words), article_of(NEW_TEXT, 6, words)
    (hit,) = shelf_hits(copy, part, whole)
    assert hit.passage == whole and hit.also == (part, copy)


# -- our own guides -------------------------------------------------------------------------------------------------------


def guide(title: str, section: str = "步骤", audience: str = "") -> Passage:
    of = Version(f"guide:{title}:{audience}", title, title, "2026-11", Kind.GUIDE, Tier.GUIDE, status=Status.CURRENT,
                 in_force_from=date(2026, 5, 1), bundled=True, audience=audience)
    return Passage(f"{of.id}>{section}", of, f"{title} > {section}", f"样品要保密：{title}，{section}，{audience}。", (title,))


def first_of(text: str, *passages: Passage, audience: Audience = Audience.ENTERPRISE) -> Passage:
    few = Few(*passages)
    asked = understand(Question(text, TODAY, audience=audience), bundled_lexicon(), {})
    return Retriever(few, few).search(asked)[0].passage


@pytest.mark.parametrize("audience", Audience)
def test_a_guide_written_for_the_one_who_asks_comes_first(audience):
    guides = [guide("样品保密", audience=of) for of in Audience]
    for order in (guides, guides[::-1]):
        assert first_of("样品怎么保密", *order, audience=audience).version.audience == audience


@pytest.mark.parametrize("section", ["适合谁", "举个例子", "举例", "自测"])
def test_a_made_up_example_comes_after_what_the_guide_says(section):
    rules = guide("样品保密")
    assert first_of("样品怎么保密", guide("样品的保管", section), rules) == rules


@pytest.mark.parametrize(("asked", "first"), [("怎么防止样品外泄", "样品怎么保密"), ("样品泄露了，该怎么处理", "样品泄露怎么办")])
def test_what_to_do_afterwards_comes_after_prevention_where_that_is_asked_for(asked, first):
    assert first_of(asked, guide("样品泄露怎么办"), guide("样品怎么保密")).version.title == first


@pytest.mark.parametrize(("asked", "first"), [("样品是什么意思", "术语表"), ("样品要保管多久", "样品怎么保密")])
def test_the_meaning_of_a_term_comes_first_where_it_is_asked_for(asked, first):
    assert first_of(asked, guide("术语表", "样品"), guide("样品怎么保密")).version.title == first
