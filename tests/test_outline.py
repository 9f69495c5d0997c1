"""How a text is leafed through: articles, the chapters above them, what is read in one go, and how a place is addressed."""

from kb.outline import headings, marks, place_marked, places, span
from kb.types import Kind, Passage, Tier, Version

LAW = Version("v", "某法", "中华人民共和国某法", "2025", Kind.LAW, Tier.OFFICIAL)
DIGEST = Version("d", "某法", "中华人民共和国某法", "2025", Kind.LAW, Tier.DIGEST)
GUIDE = Version("g", "怎么办", "怎么办", "2026-11", Kind.GUIDE, Tier.GUIDE)


def article(number: int, *path: str, part: int = 0, sub: int = 0, version: Version = LAW) -> Passage:
    return Passage(f"p{number}-{sub}-{part}", version, f"第{number}条" + (f"之{sub}" if sub else ""), f"第{number}条的文字{part}。",
                   path, article=number, sub=sub, part=part)


BOOK = [article(1, "第一编", "第一章"), article(2, "第一编", "第一章"), article(3, "第一编", "第二章"), article(4, "第二编"),
        article(5, "第二编", "第一章")]


def test_the_parts_of_a_long_article_are_one_place_again():
    found = places([article(1), article(2, part=1), article(2, part=2), article(3)])
    assert [(place.name, len(place.passages)) for place in found] == [("第1条", 1), ("第2条", 2), ("第3条", 1)]
    assert found[1].text == "第2条的文字1。\n第2条的文字2。"


def test_headings_nest_and_know_their_places():
    assert [(h.title, h.depth, h.first, h.last) for h in headings(places(BOOK))] == [
        ("第一编", 0, 0, 2), ("第一章", 1, 0, 1), ("第二章", 1, 2, 2), ("第二编", 0, 3, 4), ("第一章", 1, 4, 4)]


def test_a_chapter_is_read_in_one_go_and_not_the_next_one():
    leaves = places(BOOK)
    assert [span(leaves, n) for n in range(5)] == [(0, 1), (0, 1), (2, 2), (3, 3), (4, 4)]


def test_a_long_text_without_chapters_is_read_in_stretches_that_leave_nothing_out():
    leaves = places([article(n) for n in range(1, 101)])
    stretches = {span(leaves, n) for n in range(100)}
    assert sorted(n for first, last in stretches for n in range(first, last + 1)) == list(range(100))


def test_the_caption_of_a_digest_is_no_chapter_and_the_title_of_a_guide_no_heading():
    digest = places([article(10, "什么算商业秘密", version=DIGEST)])
    assert (digest[0].caption, digest[0].path) == ("什么算商业秘密", ())
    guide = places([Passage("s", GUIDE, "怎么办 > 步骤", "先固定证据。", ("怎么办",))])
    assert (guide[0].name, guide[0].caption, headings(guide)) == ("步骤", "", ())


def test_a_place_is_addressed_by_its_article_and_by_its_position_where_that_says_too_little():
    leaves = places([Passage("i", LAW, "引言", "为了…"), article(1), article(219), article(219, sub=1), article(7), article(7)])
    assert marks(leaves) == ("n1", "1", "219", "219-1", "n5", "n6")
    assert [place_marked(leaves, mark) for mark in marks(leaves)] == list(leaves)
    assert place_marked(leaves, "第一条") is None
