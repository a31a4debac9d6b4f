import numpy as np
import pytest

from screening.core.vocabulary import Verdict
from screening.findings import verdicts


def test_the_estimate_is_the_median_of_all_pairs():
    left, right = np.array([1.0, 2.0, 9.0]), np.array([4.0, 5.0])
    pairs = sorted(r - x for x in left for r in right)
    assert verdicts.hodges_lehmann(left, right) == pytest.approx(np.median(pairs))


def test_stacks_of_sets_are_estimated_one_by_one():
    rng = np.random.default_rng(1)
    left, right = rng.normal(size=(3, 2, 5)), rng.normal(size=(3, 2, 4))
    found = verdicts.hodges_lehmann(left, right)
    assert found.shape == (3, 2)
    assert found[2, 1] == pytest.approx(float(verdicts.hodges_lehmann(left[2, 1], right[2, 1])))
    assert verdicts.bootstrap(left, right, draws=20, seed=1).shape == (3, 2, 20)


@pytest.mark.parametrize("n_right", [5, 4, 3])
def test_exchanging_the_sides_turns_the_interval_around(n_right):
    rng = np.random.default_rng(2)
    left, right = rng.normal(size=5), rng.normal(2.0, size=n_right)
    low, high = verdicts.interval95(verdicts.bootstrap(left, right, draws=500, seed=3))
    other = verdicts.interval95(verdicts.bootstrap(right, left, draws=500, seed=3))
    np.testing.assert_allclose(other, (-high, -low), atol=1e-12)
    assert low < float(verdicts.hodges_lehmann(left, right)) < high


def test_the_interval_is_the_same_every_time_and_about_as_wide_as_theory_says():
    rng = np.random.default_rng(4)
    left, right = rng.normal(size=40), rng.normal(size=40)
    draws = [verdicts.bootstrap(left, right, draws=1000, seed=5) for _ in range(2)]
    np.testing.assert_array_equal(*draws)
    low, high = verdicts.interval95(draws[0])
    spread = np.sqrt(left.var(ddof=1) / 40 + right.var(ddof=1) / 40)
    assert (high - low) / (2 * 1.96 * spread) == pytest.approx(1.0, abs=0.25)


def test_smallest_detectable_changes_are_those_of_the_definition():
    assert verdicts.mdc95(1.5) == pytest.approx(1.96 * np.sqrt(2) * 1.5)
    assert verdicts.mdc95_between_sessions(1.5) == pytest.approx(1.96 * 2 * 1.5)
    assert verdicts.pooled_sem(3.0, 4.0) == pytest.approx(np.sqrt(12.5))
    assert np.isnan(verdicts.pooled_sem(1.0, float("nan")))


@pytest.mark.parametrize(("t", "freedom"), [(1.96, np.inf), (2.776, 4.0), (2.306, 8.0)])
def test_the_known_limits_of_student_are_five_percent(t, freedom):
    assert verdicts.p_value(-5.0 * t, 5.0, freedom) == pytest.approx(0.05, abs=0.004)


def test_without_any_error_every_difference_is_one():
    assert verdicts.p_value(0.0, 0.0) == 1.0
    assert verdicts.p_value(1.0, 0.0) == 0.0


def test_one_small_p_among_many_must_be_smaller_than_alone():
    alone = verdicts.stands_out([0.01], level=0.025)
    among = verdicts.stands_out([0.01, *[0.5] * 9], level=0.025)
    assert alone.tolist() == [True]
    assert not among.any()
    assert verdicts.stands_out([0.002, 0.004, *[0.5] * 8], level=0.025).tolist() == [True, True, *[False] * 8]
    assert verdicts.stands_out([], level=0.025).tolist() == []
    assert not verdicts.stands_out([float("nan")] * 3, level=0.025).any()


@pytest.mark.parametrize(
    ("difference", "ci95", "among_all", "verdict"),
    [
        (8.0, (6.0, 10.0), True, Verdict.CLEAR),
        (-8.0, (-10.0, -6.0), True, Verdict.CLEAR),
        (8.0, (6.0, 10.0), False, Verdict.POSSIBLE),
        (8.0, (4.0, 12.0), True, Verdict.POSSIBLE),
        (8.0, (-0.1, 16.0), True, Verdict.NOT_DISTINGUISHABLE),
        (5.0, (4.9, 5.1), True, Verdict.NOT_DISTINGUISHABLE),
        (0.0, (0.0, 0.0), True, Verdict.NOT_DISTINGUISHABLE),
        (float("nan"), (1.0, 2.0), True, Verdict.NOT_ASSESSED),
    ],
)
def test_verdicts_follow_the_rule(difference, ci95, among_all, verdict):
    assert verdicts.decide(difference, ci95, 5.0, among_all=among_all) is verdict


def test_an_unknown_error_gives_no_verdict():
    assert verdicts.decide(8.0, (6.0, 10.0), float("nan"), among_all=True) is Verdict.NOT_ASSESSED
