from dataclasses import replace

import numpy as np
import pytest

from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Side, View
from screening.findings.arch import steadied
from screening.findings.asymmetry import Wanted, compare_sides
from screening.findings.sets import sets_of
from screening.movements.split_squat import METRICS
from tests.screens import filmed

SETTINGS = replace(DEFAULTS.screen, bootstrap_draws=100)
ARCH, TILT = "lumbar_extension_deg", "anterior_pelvic_tilt_deg"


def take(name, side, view, sd, **values):
    angles = {"arch": ARCH, "tilt": TILT}
    return filmed(name, side, view, {angles[k]: v for k, v in values.items()}, sd=sd)


def arch(*takes):
    wanted = [Wanted(movement="split_squat", spec=spec) for spec in METRICS]
    return next(a for a in compare_sides(takes, wanted, SETTINGS) if a.metric == "arch_deg")


SIDE = (
    take("ls", Side.LEFT, View.LEFT, 3.0, arch=[5, 6, 4], tilt=[5, 5, 5]),
    take("rs", Side.RIGHT, View.RIGHT, 3.0, arch=[9, 8, 10], tilt=[2, 2, 2]),
)
BACK = (
    take("lb", Side.LEFT, View.BACK, 1.5, tilt=[5, 5, 5]),
    take("rb", Side.RIGHT, View.BACK, 1.5, tilt=[6, 6, 6]),
)


def test_the_tilt_from_behind_takes_the_outline_s_error_off():
    plain, helped = arch(*SIDE), arch(*SIDE, *BACK)
    weight = DEFAULTS.screen.arch_shares_tilt_error * 9.0 / (9.0 + 2.25)
    assert plain.difference == pytest.approx(4.0)
    assert helped.difference == pytest.approx(4.0 + weight * 4.0)
    assert (helped.left, helped.right) == pytest.approx((5.0, 9.0 + weight * 4.0))
    shared = 9.0 - weight * DEFAULTS.screen.arch_shares_tilt_error * 9.0
    spread = 1.0 / 3.0
    assert helped.sem_right == pytest.approx(np.sqrt(shared + spread))
    assert helped.mdc95 < 0.7 * plain.mdc95
    assert (helped.takes, helped.reason, helped.view) == (("ls", "rs", "lb", "rb"), "reason.arch_and_tilt", "side")


def test_both_sides_are_helped_or_neither():
    alone = arch(*SIDE, BACK[1])
    assert (alone.difference, alone.takes) == (pytest.approx(4.0), ("ls", "rs"))


def test_a_contradiction_helps_nobody():
    far_off = take("rb", Side.RIGHT, View.BACK, 1.5, tilt=[16, 16, 16])
    assert arch(*SIDE, BACK[0], far_off).difference == pytest.approx(4.0)


def test_too_few_repetitions_from_behind_help_nobody():
    few = take("rb", Side.RIGHT, View.BACK, 1.5, tilt=[6, 6])
    assert arch(*SIDE, BACK[0], few).difference == pytest.approx(4.0)


def with_values(made, **values):
    """The same take with other values of its repetitions."""
    found = tuple(
        replace(m, per_rep=np.full(3, values[m.key]), value=values[m.key], sd=0.0) if m.key in values else m
        for m in made.result.measurements
    )
    return replace(made, result=replace(made.result, measurements=found))


def test_the_correction_keeps_its_promise_on_simulated_takes():
    """Errors that arch and tilt share get smaller, and by as much as is stated."""
    rng = np.random.default_rng(1)
    before, after, stated = [], [], []
    outline, surface = (take("l", Side.LEFT, v, sd, **two) for v, sd, two in (
        (View.LEFT, 3.0, {"arch": [9] * 3, "tilt": [5] * 3}), (View.BACK, 1.5, {"tilt": [5] * 3})))  # fmt: skip
    surface = replace(surface, name="b")
    arch_spec = next(spec for spec in METRICS if spec.key == "arch_deg")
    for _ in range(300):
        shared = rng.normal(0, 3.0)
        own = 0.95 * shared + rng.normal(0, 3.0 * np.sqrt(1 - 0.95**2))
        takes = [
            with_values(outline, arch_deg=10 + own, tilt_deg=5 + shared),
            with_values(surface, tilt_deg=5 + rng.normal(0, 1.5)),
        ]
        plain = sets_of(takes, arch_spec, "split_squat", Side.LEFT)[0]
        helped, _ = steadied((plain, plain), takes, "split_squat", SETTINGS)
        before.append(plain.value[0])
        after.append(helped.value[0])
        stated.append(helped.sem)
    assert np.std(after) < 0.65 * np.std(before)
    assert np.std(after) == pytest.approx(np.mean(stated), rel=0.15)
