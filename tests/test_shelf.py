"""The shelf gives what the catalogue gives, reads it once, and lets go of it when the library changes."""

from datetime import date

import pytest

from kb.catalogue import Catalogue
from kb.shelf import Shelf
from kb.types import Kind, Passage, Tier, Version

LAW = Version("aucl", "反不正当竞争法", "中华人民共和国反不正当竞争法", "2025修订", Kind.LAW, Tier.OFFICIAL,
              in_force_from=date(2025, 10, 15))
NINE, TEN = (Passage(f"aucl/{n}", LAW, f"第{name}条", f"第{name}条的文字", ("第二章",), article=n, ordinal=n)
             for n, name in ((9, "九"), (10, "十")))


class Library:
    """A catalogue whose reads are counted; its state is a number that the test raises."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue, self.state, self.reads = catalogue, 0, []
        self.shelf = Shelf(self, lambda: self.state)

    def __getattr__(self, name: str):
        def read(*asked: object):
            self.reads.append((name, *asked))
            return getattr(self.catalogue, name)(*asked)
        return read


@pytest.fixture
def library(tmp_path):
    with Catalogue(tmp_path) as catalogue:
        catalogue.replace(LAW, [NINE, TEN])
        yield Library(catalogue)


def test_passages_come_in_the_order_asked_and_unknown_ones_are_absent(library):
    assert list(library.shelf.passages([TEN.id, "unknown", NINE.id, TEN.id]).items()) == [(TEN.id, TEN), (NINE.id, NINE)]


def test_only_what_is_not_there_yet_is_read(library):
    library.shelf.passages([NINE.id])
    assert library.shelf.passages([NINE.id, TEN.id]) == {NINE.id: NINE, TEN.id: TEN}
    assert library.shelf.passages([TEN.id]) == {TEN.id: TEN}
    assert library.reads == [("passages", [NINE.id]), ("passages", [TEN.id])]


@pytest.mark.parametrize(("name", "asked", "found"), [
    ("article", ("反不正当竞争法", 10, 0), [TEN]),
    ("article", ("反不正当竞争法", 11, 0), []),
    ("located", ("反不正当竞争法", "第九条"), [NINE]),
    ("version_ids", (), {NINE.id: LAW.id, TEN.id: LAW.id}),
])
def test_a_place_is_looked_up_once(library, name, asked, found):
    for _ in range(2):
        assert getattr(library.shelf, name)(*asked) == found
    assert len(library.reads) == 1


def test_a_list_that_was_handed_out_is_the_receiver_s_own(library):
    library.shelf.article("反不正当竞争法", 10).clear()
    assert library.shelf.article("反不正当竞争法", 10) == [TEN]


def test_nothing_read_before_the_library_changed_is_given_afterwards(library):
    shelf = library.shelf
    shelf.passages([TEN.id]), shelf.article("反不正当竞争法", 10), shelf.version_ids()
    library.catalogue.remove([LAW.id])
    library.state += 1
    assert (shelf.passages([TEN.id]), shelf.article("反不正当竞争法", 10), dict(shelf.version_ids())) == ({}, [], {})
