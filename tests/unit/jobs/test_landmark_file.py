"""Landmarks of another tracker: the same movement gives the same report, whatever the axes and units of the file."""

from dataclasses import replace

import numpy as np
import pytest

from screening.cli import main
from screening.core.errors import InputError, NoPersonError, TooShortError
from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.skeleton import INDEX
from screening.core.vocabulary import Observability, Side, View
from screening.jobs.landmark_file import analyze_landmarks, flat_view, is_landmark_file
from screening.report.exchange.markers import MARKER
from tests.figure import FPS, Motion, body


def write(path, points, *, unit="m", drop=()):
    """A .trc as Sports2D writes it, from (time, landmark, 3) with Y up."""
    names = {marker: INDEX[name] for name, marker in MARKER.items() if marker not in drop}
    head = f"{FPS:g}\t{FPS:g}\t{len(points)}\t{len(names)}\t{unit}\t{FPS:g}\t1\t{len(points)}"
    keys = "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames"
    axes = "\t".join(f"{a}{k + 1}" for k in range(len(names)) for a in "XYZ")
    lines = [f"PathFileType\t4\t(X/Y/Z)\t{path.name}", keys, head, "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
             "\t\t" + axes]  # fmt: skip
    for k, frame in enumerate(points):
        cells = [f"{v:.5f}" for i in names.values() for v in frame[i]]
        lines.append("\t".join([str(k + 1), f"{k / FPS:.5f}", *cells]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def turned(points, degrees):
    """The same body facing another way in the room."""
    a = np.radians(degrees)
    return points @ np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])


@pytest.fixture(scope="module")
def points():
    return body(Motion(lead=Side.LEFT))


def knee(result, side="left"):
    return result.angle_table.column(f"knee_flexion_{side}_deg")


def true_knee(points, side="left"):
    hip, joint, ankle = (points[:, INDEX[f"{side}_{p}"]] for p in ("hip", "knee", "ankle"))
    a, b = hip - joint, ankle - joint
    cosine = np.sum(a * b, axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    return 180 - np.degrees(np.arccos(cosine))


@pytest.mark.parametrize("facing", [0.0, 70.0, 200.0])
def test_three_axes_give_the_angles_of_the_body_whatever_way_it_faces(tmp_path, points, facing):
    path = write(tmp_path / "a.trc", turned(points, facing) + np.array([1.0, 0.0, -2.0]))
    result = analyze_landmarks(path, options=TakeOptions())
    assert result.scene.view is View.LEFT
    assert result.timeline.lead is Side.LEFT
    assert len(result.timeline.repetitions) == 3
    assert np.nanmax(np.abs(knee(result) - true_knee(points))) < 1.5
    assert np.nanmax(np.abs(knee(result, "right") - true_knee(points, "right"))) < 1.5


def test_the_view_is_a_choice_where_the_file_has_three_axes(tmp_path, points):
    path = write(tmp_path / "a.trc", points)
    result = analyze_landmarks(path, options=TakeOptions(view=View.BACK))
    assert result.scene.view is View.BACK
    assert result.angle_table.observability["trunk_lateral_lean_deg"] is Observability.GOOD
    assert not np.isfinite(knee(result)).any()


@pytest.mark.parametrize(("sign", "view"), [(1.0, View.RIGHT), (-1.0, View.LEFT)])
@pytest.mark.parametrize(("unit", "scale"), [("m", 1.0), ("mm", 1000.0), ("px", 420.0)])
def test_flat_points_are_read_from_the_side_the_feet_tell(tmp_path, points, sign, view, unit, scale):
    flat = points * [sign, 1.0, 0.0] * scale
    result = analyze_landmarks(write(tmp_path / "a.trc", flat, unit=unit), options=TakeOptions())
    assert result.scene.view is view
    assert result.timeline.lead is Side.LEFT
    assert np.nanmax(np.abs(knee(result) - true_knee(points))) < 1.5


@pytest.mark.parametrize(("sign", "view"), [(1.0, View.BACK), (-1.0, View.FRONT)])
def test_flat_points_with_wide_shoulders_are_frontal(points, sign, view):
    flat = np.stack([sign * points[..., 2], points[..., 1], 0 * points[..., 0]], axis=2)
    assert flat_view(flat) is view


def test_errors_are_stated_wider_and_the_report_says_so(tmp_path, points):
    path = write(tmp_path / "a.trc", points)
    result = analyze_landmarks(path, options=TakeOptions())
    trusted = replace(DEFAULTS, landmarks=replace(DEFAULTS.landmarks, error_factor=1.0))
    narrow = analyze_landmarks(path, options=TakeOptions(), settings=trusted)
    np.testing.assert_allclose(result.angle_table.sd, 1.5 * narrow.angle_table.sd)
    depth, before = (next(m for m in r.measurements if m.key == "depth_deg") for r in (result, narrow))
    assert depth.sem == pytest.approx(1.5 * before.sem, rel=0.02)
    assert depth.mdc95 > 1.4 * before.mdc95
    assert DEFAULTS.landmarks.error_factor == 1.5
    assert result.checks[0].key == "foreign_landmarks"
    assert "another program" in result.checks[0].sentence
    assert not {"brightness", "camera_still", "roll"} & {c.key for c in result.checks}
    assert not np.isfinite(result.angle_table.column("pelvic_rotation_deg")).any()


def test_a_file_without_a_knee_or_too_short_is_refused(tmp_path, points):
    with pytest.raises(NoPersonError, match="left knee"):
        analyze_landmarks(write(tmp_path / "a.trc", points, drop=("LKnee",)), options=TakeOptions())
    with pytest.raises(TooShortError):
        analyze_landmarks(write(tmp_path / "b.trc", points[:20]), options=TakeOptions())
    with pytest.raises(InputError):
        analyze_landmarks(tmp_path / "nowhere.trc", options=TakeOptions())
    assert is_landmark_file(tmp_path / "A.TRC")
    assert not is_landmark_file(tmp_path / "a.mp4")


@pytest.mark.slow
def test_the_command_writes_the_same_report(tmp_path, points, capsys):
    path, out = write(tmp_path / "a.trc", points), tmp_path / "out"
    assert main(["analyze", str(path), "-o", str(out), "--json"]) == 0
    assert '"view": "left"' in capsys.readouterr().out
    names = {p.name for p in out.iterdir()}
    assert names == {"angles.csv", "landmarks.csv", "reps.csv", "result.json", "report.html", "report.pdf"}
    assert main(["analyze", str(path), "-o", str(out)]) == 2
