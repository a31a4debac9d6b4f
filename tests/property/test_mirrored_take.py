"""Whoever is filmed through a mirror comes out as the mirrored person: the whole way from raw landmarks to metrics."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.core.settings import TakeOptions
from screening.core.vocabulary import Side
from screening.pipeline import interpret
from tests import figure

#: Whole runs on real pixels.
pytestmark = pytest.mark.slow

TURNED = ("pelvic_rotation_deg", "pelvic_obliquity_deg", "trunk_lateral_lean_deg")


def partner(name):
    for side in Side:
        if f"_{side.value}_" in name:
            return name.replace(side.value, side.other.value)
    return name


@settings(max_examples=15, deadline=None)
@given(
    heading=st.sampled_from([0, 180, 90, -90, 50, -130]),
    lead=st.sampled_from(list(Side)),
    hike=st.floats(-8, 8),
    lateral=st.floats(-6, 6),
    noise=st.floats(0, 3),
    roll=st.sampled_from([float("nan"), 0.0, 3.0]),
    seed=st.integers(0, 1000),
)
def test_a_mirrored_take_gives_the_mirrored_result(*, heading, lead, hike, lateral, noise, roll, seed):
    body = figure.body(figure.Motion(lead=lead, reps=2, hike_deg=hike, lateral_deg=lateral))
    runs = [figure.film(body, heading, noise_px=noise, seed=seed + k) for k in (0, 1)]
    # In the mirrored picture the first run of the network sees what the second one saw here, and the other way round.
    crossed = [figure.mirrored(r) for r in runs[::-1]]
    here, there = (
        interpret(figure.raw_pose(*r, edge_roll_deg=turn), figure.recording(len(body)), options=TakeOptions())
        for r, turn in ((runs, roll), (crossed, -roll))
    )
    assert there.scene.view is here.scene.view.mirrored
    assert there.scene.facing == -here.scene.facing
    assert [(c.key, c.level) for c in there.checks] == [(c.key, c.level) for c in here.checks]
    assert there.timeline.phase == here.timeline.phase
    assert [r.lead.other for r in there.timeline.repetitions] == [r.lead for r in here.timeline.repetitions]
    for name in here.angle_table.names:
        sign = -1.0 if name in TURNED else 1.0
        ours, theirs = here.angle_table.column(name), there.angle_table.column(partner(name))
        np.testing.assert_allclose(ours, sign * theirs, atol=1e-5, equal_nan=True, err_msg=name)
        ours, theirs = here.angle_table.column_sd(name), there.angle_table.column_sd(partner(name))
        # One-sided differences: the step goes the other way in the mirrored picture.
        np.testing.assert_allclose(ours, theirs, rtol=0.02, atol=0.01, equal_nan=True, err_msg=name)
    for ours, theirs in zip(here.measurements, there.measurements, strict=True):
        assert (ours.key, ours.verdict) == (theirs.key, theirs.verdict)
        np.testing.assert_allclose(ours.per_rep, theirs.per_rep, atol=1e-5, equal_nan=True, err_msg=ours.key)
