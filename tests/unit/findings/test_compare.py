from dataclasses import replace

import numpy as np
import pytest

from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Side, Verdict, View
from screening.findings.asymmetry import Wanted, compare_sides
from screening.findings.compare import between_screens, between_takes
from screening.movements.split_squat import METRICS
from tests.screens import filmed, result

SETTINGS = replace(DEFAULTS.screen, bootstrap_draws=100)
OBLIQUITY = "pelvic_obliquity_deg"


def screen(left, right, *, view=View.BACK):
    takes = [
        filmed("l", Side.LEFT, view, {OBLIQUITY: left}, sd=2.0),
        filmed("r", Side.RIGHT, view, {OBLIQUITY: right}, sd=2.0),
    ]
    return compare_sides(takes, [Wanted(movement="split_squat", spec=spec) for spec in METRICS], SETTINGS)


def hike(old, new):
    return {c.what: c for c in between_screens(old, new) if c.metric == "hip_hike_deg"}


def test_a_change_beyond_four_set_ups_of_error_is_clear():
    found = hike(screen([0, 0, 0], [10, 10, 10]), screen([0, 0, 0], [1, 1, 1]))
    limit = 1.96 * 2 * 2.0
    assert (found["difference"].old, found["difference"].new, found["difference"].change) == (10.0, 1.0, -9.0)
    assert found["difference"].mdc95 == pytest.approx(limit)
    assert {what: c.verdict for what, c in found.items()} == {
        "left": Verdict.NOT_DISTINGUISHABLE,
        "right": Verdict.CLEAR,
        "difference": Verdict.CLEAR,
    }
    small = hike(screen([0, 0, 0], [10, 10, 10]), screen([0, 0, 0], [10 - limit + 0.1] * 3))
    assert small["difference"].verdict is Verdict.NOT_DISTINGUISHABLE


def test_what_one_session_lacks_is_not_assessed():
    found = hike(screen([0, 0, 0], [10, 10, 10]), screen([0, 0], [1, 1]))
    assert {(c.verdict, c.reason) for c in found.values()} == {(Verdict.NOT_ASSESSED, "reason.not_in_both")}
    assert np.isnan(found["right"].change)
    assert hike(screen([0] * 3, [9] * 3), ())["left"].reason == "reason.not_in_both"


def test_other_views_are_not_compared():
    found = hike(screen([0, 0, 0], [10, 10, 10]), screen([0, 0, 0], [1, 1, 1], view=View.FRONT))
    assert {c.reason for c in found.values()} == {"reason.view_changed"}


def test_takes_are_compared_metric_by_metric():
    old, new = (result(Side.RIGHT, View.BACK, {OBLIQUITY: v}, sd=1.0) for v in ([9, 9, 9], [2, 2, 2]))
    found = {c.metric: c for c in between_takes("split_squat", old.measurements, new.measurements)}
    assert (found["hip_hike_deg"].what, found["hip_hike_deg"].change) == ("right", -7.0)
    assert found["hip_hike_deg"].verdict is Verdict.CLEAR
    assert found["descent_s"].verdict is Verdict.NOT_DISTINGUISHABLE
    assert found["arch_deg"].reason == "reason.not_in_both"
