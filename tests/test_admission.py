"""Turns at the model: first come first served, and nobody waits for an answer that would come too late."""

import threading
from contextlib import ExitStack
from queue import SimpleQueue

import pytest

from kb.admission import Admission
from kb.errors import ModelError, ModelStopped
from kb.ports import never


class Hands:
    """A clock that stands where it was put."""

    def __init__(self):
        self.at = 1000.0

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Hands()


def taken(admission, clock, seconds, until=10_000.0):
    """A call that took so long."""
    with admission.turn(clock.at + until, never):
        clock.at += seconds


def waits(admission, until, stopped=never):
    """Somebody who wants a turn, in a thread; what became of it comes out of the queue."""
    result, queued = SimpleQueue(), admission.waiting

    def want():
        try:
            with admission.turn(until, stopped):
                result.put("came in")
        except ModelError as error:
            result.put(error)

    threading.Thread(target=want, daemon=True).start()
    while admission.waiting == queued and result.empty():
        threading.Event().wait(0.005)
    return result


def test_as_many_as_are_allowed_come_in_at_once(clock):
    admission = Admission(2, now=clock)
    with admission.turn(clock.at + 60, never), admission.turn(clock.at + 60, never):
        third = waits(admission, clock.at + 60)
        assert third.empty()
    assert third.get(timeout=10) == "came in"


def test_who_came_first_is_served_first(clock):
    admission, order = Admission(1, now=clock), SimpleQueue()

    def want(name):
        with admission.turn(clock.at + 60, never):
            order.put(name)

    with admission.turn(clock.at + 60, never):
        for number, name in enumerate("甲乙丙", start=1):
            threading.Thread(target=want, args=(name,), daemon=True).start()
            while admission.waiting < number:
                threading.Event().wait(0.005)
    assert [order.get(timeout=10) for _ in range(3)] == ["甲", "乙", "丙"]


@pytest.mark.parametrize(("usual", "ahead", "admitted"), [
    (20, 1, True),        # half of one call, then ours: 30 of 60 seconds
    (35, 1, True),
    (50, 1, False),       # 25 and 50: too late
    (20, 2, True),
    (20, 3, False),       # two calls and a half, then ours: 70
])
def test_whoever_could_not_be_answered_in_time_is_told_at_once(clock, usual, ahead, admitted):
    admission = Admission(1, now=clock)
    taken(admission, clock, usual)
    with admission.turn(clock.at + 60, never):
        for _ in range(ahead - 1):
            waits(admission, clock.at + 10_000)
        asked = waits(admission, clock.at + 60)
        if admitted:
            assert asked.empty()
        else:
            assert "排不上" in asked.get(timeout=10).problem
    if admitted:
        assert asked.get(timeout=10) == "came in"


def test_a_free_turn_is_given_however_slow_the_model_has_been(clock):
    admission = Admission(1, now=clock)
    taken(admission, clock, 500)
    with admission.turn(clock.at + 60, never):
        pass


def test_a_wait_that_proves_too_long_ends_at_the_deadline(clock):
    admission = Admission(1, now=clock)
    with admission.turn(clock.at + 60, never):
        asked = waits(admission, clock.at + 60)
        clock.at += 61
        assert "排不上" in asked.get(timeout=10).problem


def test_whoever_gives_up_leaves_the_queue(clock):
    admission, stopped = Admission(1, now=clock), threading.Event()
    with admission.turn(clock.at + 60, never):
        asked = waits(admission, clock.at + 60, stopped.is_set)
        stopped.set()
        assert isinstance(asked.get(timeout=10), ModelStopped)
        assert admission.waiting == 0


def test_a_minute_takes_its_number_and_then_the_next_minute(clock):
    admission = Admission(5, per_minute=2, now=clock)
    with ExitStack() as inside:
        for _ in range(2):
            inside.enter_context(admission.turn(clock.at + 60, never))
    clock.at += 10
    assert "排不上" in waits(admission, clock.at + 30).get(timeout=10).problem
    patient = waits(admission, clock.at + 55)
    assert patient.empty()
    clock.at += 50
    assert patient.get(timeout=10) == "came in"


def test_a_call_that_fails_gives_its_turn_back(clock):
    admission = Admission(1, now=clock)
    with pytest.raises(ZeroDivisionError), admission.turn(clock.at + 60, never):
        _ = 1 / 0
    with admission.turn(clock.at + 60, never):
        pass
