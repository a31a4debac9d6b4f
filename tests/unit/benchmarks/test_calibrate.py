"""The statistics behind the table of errors, on errors that are known."""

import math

import numpy as np
import pytest

from screening.catalog.errors import parse_errors
from screening.catalog.loading import parse_yaml
from screening.core.errormodel import Basis, ErrorModel, FrameError, Leg, Made, MetricError, Source
from tests.benchmarks import calibrate
from tests.benchmarks.residuals import Residual

RNG = np.random.default_rng(7)


def take(person, error, own=0.0, name="take"):
    error = np.asarray(error, float)
    return Residual(take=name, person=person, error=error, own=np.full(error.shape, own))


def many(sd, own=0.0, *, people=60, n=400):
    """Takes of as many people, each with an error of its own and noise that it states."""
    return [take(str(k), RNG.normal(0, sd) + RNG.normal(0, own, n), own) for k in range(people)]


def test_the_shared_part_is_what_the_stated_part_does_not_explain():
    assert calibrate.shared_sd(many(2.0, 1.0)) == pytest.approx(2.0, rel=0.25)


def test_takes_that_state_enough_get_the_smallest_shared_error():
    assert calibrate.shared_sd(many(0.1, 3.0)) <= 1.0


def test_few_takes_are_widened_by_student_s_t():
    assert calibrate.widened(2.0) == pytest.approx(4.303 / 1.96, rel=1e-3)
    assert calibrate.widened(1e6) == pytest.approx(1.0, rel=1e-3)
    three = [take(p, [2.0, -2.0]) for p in "abc"]
    assert calibrate.set_sem(three) == pytest.approx(2.0 * calibrate.widened(3.0))


def test_takes_of_one_person_count_for_less():
    assert calibrate.effective_takes(["a"] * 4) < calibrate.effective_takes(["a", "b", "c", "d"]) == 4.0


def test_every_person_counts_the_same():
    found = [take("a", [1.0]), *[take("b", [3.0]) for _ in range(5)]]
    assert calibrate.mean_over_people(found, lambda r: float(r.error[0])) == 2.0


def test_noise_within_sets_of_alike_repetitions_is_not_counted_twice():
    quiet = [take(p, [3.0, 3.0, 3.0]) for p in "abcd"]
    noisy = [take(p, [3.0 - 2.0, 3.0, 3.0 + 2.0]) for p in "abcd"]
    assert calibrate.noise(noisy) == 4.0
    assert calibrate.set_sem(noisy) < np.hypot(calibrate.set_sem(quiet), 2.0 * calibrate.widened(4.0))
    assert calibrate.set_sem(noisy) >= 0.5 * calibrate.set_sem(quiet)


def test_a_bias_that_a_person_s_takes_share_leaves_the_difference():
    found = [take(p, [b + e]) for p, b in (("a", 5.0), ("b", -6.0), ("c", 4.0)) for e in (-0.5, 0.5, 0.1)]
    assert calibrate.end_of_difference(found) < 0.35 * calibrate.set_sem(found)


def test_what_the_left_out_people_contradict_does_not_leave_the_difference():
    """One person's takes differ by far more than the others' do: nothing is shown to cancel."""
    found = [take("a", [e]) for e in (-9.0, 9.0, 0.0)] + [take(p, [e]) for p in "bc" for e in (3.0, 3.1, 3.2)]
    assert calibrate.end_of_difference(found) == calibrate.set_sem(found)


def test_single_takes_show_nothing_about_differences():
    found = [take(p, [e]) for p, e in (("a", 1.0), ("b", -2.0), ("c", 2.0))]
    assert math.isnan(calibrate.repeat_sem(found))
    assert calibrate.end_of_difference(found) == calibrate.set_sem(found)


def test_coverage_leaves_the_person_out():
    """One person's errors are much larger than the others': what the others tell does not cover them."""
    found = [take(p, np.full(50, 0.4)) for p in "abc"] + [take("d", np.full(50, 8.0))]
    assert calibrate.within(found, calibrate.shared_sd, noisy=False) == pytest.approx(75.0)


@pytest.mark.parametrize(
    "found", [[take("a", [1.0]), take("b", [1.0])], [take("a", [1.0]), take("a", [2.0]), take("a", [3.0])]]
)
def test_too_few_takes_or_people_give_no_figure(found):
    assert calibrate.basis(found, calibrate.set_sem, noisy=True) is None


def test_the_written_table_can_be_read():
    basis = Basis(takes=6, people=3, within_pct=95)
    angle = FrameError(angle="pelvic_rotation", view="back", leg=Leg.BODY, source=Source.PICTURES, sd=1.25, basis=basis)
    metric = MetricError(
        movement="squat", metric="depth_deg", view="side", sem=3.0, repeat=2.0, stated=4.5, basis=basis
    )
    model = ErrorModel(
        made=Made(date="2026-11-21", how="by a test", takes=6, people=3),
        frames={("pelvic_rotation", "back", Leg.BODY, Source.PICTURES): angle},
        metrics={("squat", "depth_deg", "side"): metric},
    )
    assert parse_errors(parse_yaml(calibrate.as_yaml(model), file="errors.yaml")) == model
