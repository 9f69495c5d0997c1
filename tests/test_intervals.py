"""Intervals against values worked out by hand."""

from fractions import Fraction

import pytest

from eval.intervals import Interval, paired_bootstrap, wilson


@pytest.mark.parametrize(("successes", "n", "z", "low", "high"), [
    (2, 4, 2.0, Fraction(1, 2) - Fraction(1, 2) / 2 ** 0.5, Fraction(1, 2) + Fraction(1, 2) / 2 ** 0.5),    # (1/2 + 1/2 ± √(1/4 + 1/4)) / 2
    (0, 4, 2.0, 0, Fraction(1, 2)),             # (0 + 1/2 ± 2·√(0 + 1/16)) / 2
    (4, 4, 2.0, Fraction(1, 2), 1),
    (0, 12, 2.0, 0, Fraction(1, 4)),            # (0 + 1/6 ± 2·√(1/144·1)) / (4/3)
    (1, 2, 1.0, Fraction(1, 2) - Fraction(1, 12) ** 0.5, Fraction(1, 2) + Fraction(1, 12) ** 0.5),    # (3/4 ± √(1/8 + 1/16)) / (3/2)
])
def test_the_wilson_interval(successes, n, z, low, high):
    found = wilson(successes, n, z)
    assert (found.low, found.high) == (pytest.approx(float(low)), pytest.approx(float(high)))


def test_at_95_percent_five_of_ten_may_be_a_quarter_or_three():
    assert wilson(5, 10).low == pytest.approx(0.2366, abs=5e-5)
    assert wilson(5, 10).high == pytest.approx(0.7634, abs=5e-5)


def test_a_mean_of_shares_has_an_interval_between_those_of_its_neighbours():
    assert wilson(2, 4).low < wilson(2.5, 4).low < wilson(3, 4).low


def test_nothing_measured_is_nothing_known():
    assert wilson(0, 0) == Interval(0.0, 1.0)
    assert paired_bootstrap([], []) == Interval(0.0, 0.0)


@pytest.mark.parametrize(("successes", "n"), [(3, 2), (-1, 2), (1, 0)])
def test_more_successes_than_cases_are_refused(successes, n):
    with pytest.raises(ValueError, match="successes"):
        wilson(successes, n)


def test_the_same_gain_in_every_case_leaves_no_doubt():
    assert paired_bootstrap([0, 0.5, 0.25], [0.5, 1, 0.75]) == Interval(0.5, 0.5)


def test_a_gain_in_one_case_of_two_is_anything_from_none_to_all():
    # Drawn twice from (0, 1): 0 with a chance of 1/4, 1/2 with 1/2, 1 with 1/4; both ends hold more than 2.5 %.
    assert paired_bootstrap([0, 0], [0, 1]) == Interval(0.0, 1.0)


def test_one_case_lost_among_forty_may_be_none_and_hardly_more_than_three():
    # The number of times it is drawn is binomial (40, 1/40): none in 36 %, above 3 in 1.8 %.
    assert paired_bootstrap([1] * 40, [0] + [1] * 39) == Interval(-3 / 40, 0.0)


def test_the_cases_of_one_run_are_compared_with_themselves():
    before, after = [0, 1, 0, 1], [1, 0, 1, 0]
    assert paired_bootstrap(before, after) == paired_bootstrap(before, after, seed=0)
    assert paired_bootstrap(before, before) == Interval(0.0, 0.0)


def test_runs_of_different_length_are_not_compared():
    with pytest.raises(ValueError, match="2 cases before, 1 after"):
        paired_bootstrap([0, 1], [1])
