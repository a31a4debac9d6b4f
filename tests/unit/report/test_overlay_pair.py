"""Two takes side by side: the same moment of the movement on both sides, whatever their tempo."""

from dataclasses import replace

import numpy as np
import pytest

from screening.core.settings import ReportSettings, VideoSettings
from screening.core.vocabulary import Phase, Side
from screening.report.overlay_pair import aligned_frames, write_overlay_pair
from screening.report.pictures import Film
from screening.video import VideoWriter, probe
from tests.factories import LEAD_IN, REP_FRAMES, make_result


def slower(result, factor):
    """The same take with every frame lasting longer."""
    table = result.angle_table
    return replace(result, angle_table=replace(table, time_s=table.time_s * factor))


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_lowest_points_stand_side_by_side(factor):
    left, right = make_result(), slower(make_result(leads=(Side.RIGHT,) * 3), factor)
    rows = aligned_frames(left, right)
    phases = np.array([[left.timeline.phase[a], right.timeline.phase[b]] for a, b in rows])
    same = (phases[:, 0] == phases[:, 1]).mean()
    assert same > 0.95
    assert (np.abs(rows[:, 0] - rows[:, 1]) <= 2).all()
    assert np.all(np.diff(rows, axis=0) >= 0)
    seconds = 3 * (REP_FRAMES - 1) / 30 * 0.5 * (1 + factor)
    assert len(rows) / 25 == pytest.approx(seconds, abs=0.2)
    assert {Phase.DESCENT, Phase.BOTTOM, Phase.ASCENT} <= set(phases.ravel())


def test_only_repetitions_that_count_are_paired():
    left, right = make_result(unused=(1,)), make_result(leads=(Side.RIGHT,))
    rows = aligned_frames(left, right)
    assert rows[0].tolist() == [LEAD_IN + REP_FRAMES, LEAD_IN]
    assert rows[:, 1].max() < LEAD_IN + REP_FRAMES
    assert not len(aligned_frames(left, make_result(leads=())))


def test_without_a_repetition_nothing_is_written(tmp_path):
    half = Film(result=make_result(leads=()), video=tmp_path / "none.mp4")
    assert not write_overlay_pair(half, half, tmp_path / "pair.mp4", settings=ReportSettings())
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_pair_is_a_video_twice_as_wide(tmp_path):
    halves = []
    for lead, shade in ((Side.LEFT, 60), (Side.RIGHT, 160)):
        result, path = make_result(leads=(lead,)), tmp_path / f"{lead}.mp4"
        with VideoWriter(path, width=270, height=480, crf=30) as writer:
            for time_s in result.recording.time_s:
                writer.write(np.full((480, 270, 3), shade, np.uint8), float(time_s))
        recording = probe(path, limits=VideoSettings())
        halves.append(Film(result=replace(result, recording=recording), video=path))
    out = tmp_path / "pair.mp4"
    assert write_overlay_pair(halves[0], halves[1], out, settings=ReportSettings(blur_face=True))
    made = probe(out, limits=VideoSettings())
    assert (made.width, made.height) == (540, 480)
    assert made.n_frames == len(aligned_frames(halves[0].result, halves[1].result))
