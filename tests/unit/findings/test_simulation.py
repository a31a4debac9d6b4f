"""How often equal people are flagged and real differences found, with errors and spreads as measured."""

import numpy as np
import pytest

from screening.catalog.errors import load_errors
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Verdict, View
from screening.findings import verdicts

#: Spread of the repetitions of the ten metrics that every screen has, and the view that shows them.
SPREAD = {
    "hip_hike_deg": (1.5, View.BACK),
    "rotation_to_front_deg": (2.0, View.BACK),
    "arch_deg": (2.0, View.LEFT),
    "tilt_deg": (1.5, View.BACK),
    "depth_deg": (3.0, View.LEFT),
    "trunk_lean_deg": (1.0, View.BACK),
    "rear_hip_extension_deg": (3.0, View.LEFT),
    "knee_drift_deg": (3.0, View.FRONT),
    "dorsiflexion_deg": (3.0, View.LEFT),
    "descent_s": (0.2, View.BACK),
}
#: Standard errors of a set-up that were not measured.
STATED = {"knee_drift_deg": 8.0, "descent_s": 0.03}


def setup(metric, view):
    """Standard error of a set-up, as measured where it was."""
    return STATED[metric] if metric in STATED else load_errors().of_movement("split_squat", view)[metric].repeat


SETUP_AND_SPREAD = {metric: (setup(metric, view), spread) for metric, (spread, view) in SPREAD.items()}
SCREENS, REPS, DRAWS = 200, 5, 120


def simulate(true, *, reps=REPS, seed=1):
    """Verdicts on simulated people, (screen, metric); `true` holds right minus left by metric."""
    rng = np.random.default_rng(seed)
    difference, low, high, limit, p_values = (np.empty((SCREENS, len(SETUP_AND_SPREAD))) for _ in range(5))
    for k, (metric, (setup, spread)) in enumerate(SETUP_AND_SPREAD.items()):
        sides = [
            side * true.get(metric, 0.0) + rng.normal(0, setup, (SCREENS, 1)) + rng.normal(0, spread, (SCREENS, reps))
            for side in (0, 1)
        ]
        sem = [np.hypot(setup, s.std(axis=1, ddof=1) / np.sqrt(reps)) for s in sides]
        difference[:, k] = verdicts.hodges_lehmann(*sides)
        low[:, k], high[:, k] = verdicts.interval95(verdicts.bootstrap(*sides, draws=DRAWS, seed=DEFAULTS.screen.seed))
        for row in range(SCREENS):
            pair = sem[0][row], sem[1][row]
            limit[row, k] = verdicts.mdc95(verdicts.pooled_sem(*pair))
            freedom = verdicts.degrees_of_freedom([x**2 for x in pair], [x**2 - setup**2 for x in pair], [reps, reps])
            p_values[row, k] = verdicts.p_value(difference[row, k], np.hypot(*pair), freedom)
    among_all = np.array([verdicts.stands_out(p, level=DEFAULTS.screen.false_discovery) for p in p_values])
    columns = zip(*(x.ravel() for x in (difference, low, high, limit, among_all)), strict=True)
    found = [verdicts.decide(d, (a, b), m, among_all=bool(out)) for d, a, b, m, out in columns]
    return np.array(found).reshape(difference.shape)


@pytest.mark.parametrize("reps", [3, 5, 6])
def test_equal_sides_are_hardly_ever_flagged(reps):
    clear = (simulate({}, reps=reps) == Verdict.CLEAR).any(axis=1)
    assert clear.mean() <= 0.05


@pytest.mark.parametrize("side", [1, -1])
def test_a_hike_of_ten_degrees_is_found(side):
    hike = simulate({"hip_hike_deg": 10.0 * side})[:, list(SETUP_AND_SPREAD).index("hip_hike_deg")]
    assert (hike == Verdict.CLEAR).mean() >= 0.85


def test_without_the_rule_over_all_metrics_more_equal_people_would_be_flagged():
    """The rule is worth its price: the gate alone lets several times as many false alarms pass over ten metrics."""
    rng = np.random.default_rng(3)
    z = rng.normal(0, 1, (400, 10))
    p_values = np.array([[verdicts.p_value(v, 1.0) for v in row] for row in z])
    alone = (p_values < 0.05).any(axis=1).mean()
    together = np.mean([verdicts.stands_out(p, level=DEFAULTS.screen.false_discovery).any() for p in p_values])
    assert alone > 0.3
    assert together < 0.05
