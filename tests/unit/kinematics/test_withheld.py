"""A followed surface that cannot be trusted leaves its angles empty, with the reason, and no fallback."""

from dataclasses import replace

import numpy as np
import pytest

from screening import pipeline
from screening.catalog.wordings import load_wordings
from screening.core.datatypes import Track
from screening.core.settings import TakeOptions
from screening.core.vocabulary import Observability, View
from screening.kinematics import registry
from screening.motion import pelvis_error
from tests import figure

PELVIS = ("pelvic_rotation_deg", "pelvic_obliquity_deg")


def table_with(track: Track | None, heading: float, monkeypatch):
    """Angles of the drawn figure, followed as `track` says."""
    seen = {}
    compute = registry.compute

    def with_track(motion, **given):
        seen["table"] = compute(replace(motion, track=track and track(motion.image.n_frames)), **given)
        return seen["table"]

    monkeypatch.setattr(registry, "compute", with_track)
    body = figure.body(figure.Motion())
    run = figure.film(body, heading)
    take = pipeline.interpret(figure.raw_pose(run, run), figure.recording(len(body)), options=TakeOptions())
    return take, seen["table"]


@pytest.mark.parametrize(("heading", "view"), [(180, View.BACK), (0, View.FRONT)])
@pytest.mark.parametrize("reason", ["hands_on_hips", "loose_clothing", "moving_camera", "poor_texture"])
def test_a_withheld_track_greys_out_every_angle_of_the_pelvis(heading, view, reason, monkeypatch):
    key = f"reason.{reason}"
    take, table = table_with(lambda n: pelvis_error.withheld(key, view, n), heading, monkeypatch)
    for name in PELVIS:
        assert table.observability[name] is Observability.NONE
        assert table.reason[name] == key
        assert np.isnan(table.column(name)).all()
    assert take.sentences[key] == load_wordings().reason(key, view=view)


def test_without_a_track_the_hip_line_is_still_a_trend(monkeypatch):
    _, table = table_with(None, 180, monkeypatch)
    assert table.observability["pelvic_obliquity_deg"] is Observability.TREND
    assert np.isfinite(table.column("pelvic_obliquity_deg")).any()
