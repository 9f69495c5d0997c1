"""One asker cannot take the others' turn."""

import pytest

from kb.throttle import _KEPT, Throttle


def test_two_hundred_questions_in_ten_seconds_from_one_address_are_limited_and_others_are_not():
    """Q27 of the catalogue of bad inputs."""
    throttle = Throttle(rate=1.0, burst=10)
    waits = [throttle.wait("10.0.0.7", now=n / 20) for n in range(200)]
    assert waits.count(0.0) == 19                        # ten at once, then one a second
    assert all(0.0 < wait <= 1.0 for wait in waits if wait)
    assert throttle.wait("10.0.0.8", now=10.0) == 0.0


def test_the_time_named_is_the_time_after_which_the_next_question_is_admitted():
    throttle = Throttle(rate=0.5, burst=1)
    assert throttle.wait("a", 100.0) == 0.0
    wait = throttle.wait("a", 100.5)
    assert wait == pytest.approx(1.5)
    assert throttle.wait("a", 100.5 + wait) == 0.0


def test_a_rejected_question_costs_nothing():
    throttle = Throttle(rate=1.0, burst=1)
    throttle.wait("a", 0.0)
    assert [throttle.wait("a", 0.5) for _ in range(50)] == [0.5] * 50
    assert throttle.wait("a", 1.0) == 0.0


def test_askers_without_number_do_not_fill_the_memory():
    throttle = Throttle(rate=1.0, burst=2)
    throttle.wait("busy", 0.0)
    throttle.wait("busy", 0.0)
    for n in range(_KEPT + 100):
        throttle.wait(str(n), 0.0)
    assert len(throttle._buckets) == _KEPT
    assert throttle.wait("busy", 0.0) > 0
