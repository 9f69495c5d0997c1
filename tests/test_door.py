"""The door of the administrator's pages: a link opens once, a wrong one costs time, two tabs are not both let in."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from kb.door import Admission, Door, new_token


class Watch:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def door(watch):
    door = Door(watch)
    door.accept("right")
    return door


def test_a_link_opens_once_and_is_then_said_to_be_used(door):
    assert [door.try_token("right") for _ in range(2)] == [Admission.ADMITTED, Admission.USED]
    door.accept("another")
    assert door.try_token("another") is Admission.ADMITTED
    assert door.seconds_closed() == 0.0


@pytest.mark.parametrize("given", ["wrong", "", "righ", "right ", "右", "\ud800"], ids=ascii)
def test_anything_else_opens_nothing(door, given):
    assert door.try_token(given) is Admission.WRONG


def test_after_wrong_links_nobody_is_looked_at_for_a_while_that_grows_to_ten_seconds(door, watch):
    waits = []
    for _ in range(5):
        assert door.try_token("wrong") is Admission.WRONG
        waits.append(door.seconds_closed())
        assert door.try_token("right") is Admission.TOO_SOON, "not even looked at"
        watch.time += door.seconds_closed()
    assert waits == [2.0, 4.0, 8.0, 10.0, 10.0]
    assert door.try_token("right") is Admission.ADMITTED
    door.try_token("wrong")
    assert door.seconds_closed() == 2.0, "whoever came in has made up for it"


def test_of_many_tabs_with_one_link_one_is_let_in(door):
    with ThreadPoolExecutor(16) as tabs:
        found = list(tabs.map(door.try_token, ["right"] * 16))
    assert sorted(found) == [Admission.ADMITTED] + [Admission.USED] * 15


def test_the_three_latest_links_are_good(door):
    for token in ("second", "third", "fourth"):
        door.accept(token)
    assert door.try_token("right") is Admission.WRONG
    door = Door()
    door.accept("one")
    door.accept("two")
    assert [door.try_token(token) for token in ("one", "two")] == [Admission.ADMITTED] * 2


def test_tokens_are_long_and_differ():
    made = {new_token() for _ in range(50)}
    assert len(made) == 50
    assert min(map(len, made)) >= 43        # 256 bits
