"""Marker and motion files, read back by readers of this test's own."""

from dataclasses import replace

import numpy as np
import pytest

from screening.core.datatypes import LandmarkSequence
from screening.core.errors import InputError
from screening.core.vocabulary import Frame, Observability, View
from screening.report.exchange.c3d import even_steps, write_c3d
from screening.report.exchange.markers import MARKER, landmark_positions, named_points
from screening.report.exchange.mot import COORDINATES, write_mot
from screening.report.exchange.trc import read_trc, write_trc
from tests.factories import make_result, with_gap


def with_missing(result, name, frames):
    """The same result with one body point missing over some frames."""
    body = result.body
    position = body.position.copy()
    from screening.core.skeleton import INDEX

    position[frames, INDEX[name]] = np.nan
    fresh = LandmarkSequence(position=position, visibility=body.visibility, time_s=body.time_s, frame=Frame.BODY_M)
    return replace(result, body=fresh)


def plain_trc(path):
    """Header, names and numbers of a .trc as OpenSim lays it down: tabs, five header lines."""
    lines = path.read_text(encoding="utf-8").split("\n")
    head = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=True))
    names = [n for n in lines[3].split("\t")[2:] if n]
    rows = [line.split("\t") for line in lines[5:] if line]
    return lines[0], head, names, rows


def plain_mot(path):
    text = path.read_text(encoding="utf-8")
    head, _, body = text.partition("endheader\n")
    lines = body.strip("\n").split("\n")
    values = np.array([[float(c) for c in line.split("\t")] for line in lines[1:]])
    return head.split("\n"), lines[0].split("\t"), values


def test_a_marker_file_says_what_opensim_asks_for(tmp_path):
    result = make_result()
    write_trc(result, tmp_path / "a.trc")
    first, head, names, rows = plain_trc(tmp_path / "a.trc")
    assert first == "PathFileType\t4\t(X/Y/Z)\ta.trc"
    assert (head["Units"], head["DataRate"], head["NumMarkers"]) == ("m", "30", str(len(names)))
    assert int(head["NumFrames"]) == len(rows) == result.body.n_frames
    assert {len(row) for row in rows} == {2 + 3 * len(names)}
    assert {"Hip", "Neck", "RHip", "LKnee", "RBigToe", "LHeel", "Nose"} <= set(names)
    assert [row[0] for row in rows[:2]] == ["1", "2"]


def test_a_marker_holds_its_landmark(tmp_path):
    result = with_missing(make_result(), "left_knee", slice(3, 6))
    write_trc(result, tmp_path / "a.trc")
    _, _, names, rows = plain_trc(tmp_path / "a.trc")
    k = 2 + 3 * names.index("LKnee")
    assert rows[4][k : k + 3] == ["", "", ""]
    assert [float(c) for c in rows[0][k : k + 3]] == pytest.approx(result.body.point("left_knee")[0], abs=1e-6)


def test_a_marker_file_comes_back(tmp_path):
    result = with_missing(make_result(), "left_knee", slice(3, 6))
    write_trc(result, tmp_path / "a.trc")
    found = read_trc(tmp_path / "a.trc")
    names, position = named_points(result.body)
    assert found.names == names
    assert found.unit == "m"
    np.testing.assert_allclose(found.position, position, atol=1e-6)
    back = landmark_positions(found.names, found.position)
    assert set(MARKER) >= {"left_knee", "nose"}
    known = [i for i, name in enumerate(result_names()) if name in MARKER]
    np.testing.assert_allclose(back[10, known], result.body.position[10, known], atol=1e-6)


def result_names():
    from screening.core.skeleton import LANDMARKS

    return LANDMARKS


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.replace("PathFileType", "Something"), "PathFileType"),
        (lambda t: t.replace("\tm\t", "\tfurlong\t"), "furlong"),
        (lambda t: t.replace("LKnee", "RKnee"), "twice"),
        (lambda t: t.replace("\t0.100000\t", "\t=CMD\t"), "line 6.*=CMD"),
        (lambda t: "\n".join(t.split("\n")[:5]), "PathFileType"),
        (lambda t: t.replace("30\t30\t", "x\t30\t", 1), "data rate"),
    ],
)
def test_a_damaged_marker_file_is_refused_in_two_lines(tmp_path, change, said):
    write_trc(make_result(), tmp_path / "a.trc")
    bad = tmp_path / "bad.trc"
    bad.write_text(change((tmp_path / "a.trc").read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InputError, match=said) as caught:
        read_trc(bad)
    assert caught.value.hint


def test_a_motion_file_has_opensims_names_signs_and_degrees(tmp_path):
    result = make_result(view=View.LEFT)
    table = result.angle_table
    value = table.value.copy()
    tilt = table.names.index("anterior_pelvic_tilt_deg")
    value[:, tilt] = np.linspace(0, 12, len(value))
    seen = dict(table.observability) | {"anterior_pelvic_tilt_deg": Observability.GOOD}
    result = replace(result, angle_table=replace(table, value=value, observability=seen))
    write_mot(with_gap(result, "knee_flexion_left_deg", slice(5, 8)), tmp_path / "a.mot")
    head, names, values = plain_mot(tmp_path / "a.mot")
    assert head[0] == "Coordinates"
    assert f"nRows={len(values)}" in head
    assert f"nColumns={len(names)}" in head
    assert "inDegrees=yes" in head
    assert "pelvis_rotation" not in names
    shown = [c.angle for c in COORDINATES if c.name in names]
    seen = np.isfinite([table.column(name) for name in shown if name != "anterior_pelvic_tilt_deg"]).all(axis=0)
    seen[5:8] = False  # OpenSim stops reading at a gap
    np.testing.assert_allclose(values[:, 0], table.time_s[seen], atol=1e-6)
    np.testing.assert_allclose(values[:, names.index("pelvis_tilt")], -value[seen, tilt], atol=1e-6)
    knee = table.column("knee_flexion_left_deg")[seen]
    np.testing.assert_allclose(values[:, names.index("knee_angle_l")], knee, atol=1e-6)


def test_angles_that_are_never_seen_together_do_not_empty_a_motion_file(tmp_path):
    result = make_result(view=View.LEFT)
    frames = len(result.angle_table.time_s)
    torn = with_gap(result, "knee_flexion_left_deg", slice(0, frames // 2))
    torn = with_gap(torn, "knee_flexion_right_deg", slice(frames // 4, frames))
    write_mot(torn, tmp_path / "a.mot")
    _, names, values = plain_mot(tmp_path / "a.mot")
    assert "knee_angle_l" in names
    assert "knee_angle_r" not in names
    assert np.isfinite(values).all()
    assert len(values) > frames / 4


def test_every_coordinate_reads_an_angle_that_exists():
    names = make_result().angle_table.names
    assert {c.angle for c in COORDINATES} <= set(names)
    assert len({c.name for c in COORDINATES}) == len(COORDINATES)


def test_a_c3d_file_comes_back_in_millimetres(tmp_path):
    ezc3d = pytest.importorskip("ezc3d")
    result = with_missing(make_result(), "left_knee", slice(3, 6))
    write_c3d(result, tmp_path / "a.c3d")
    back = ezc3d.c3d(str(tmp_path / "a.c3d"))
    point = back["parameters"]["POINT"]
    labels = point["LABELS"]["value"]
    assert point["UNITS"]["value"] == ["mm"]
    assert point["RATE"]["value"][0] == pytest.approx(30.0, abs=1e-3)
    assert back["data"]["points"].shape == (4, len(labels), result.body.n_frames)
    k = labels.index("LKnee")
    xyz = back["data"]["points"][:3, k]
    np.testing.assert_allclose(xyz[:, 50], 1000 * result.body.point("left_knee")[50], atol=0.01)
    assert np.isnan(xyz[:, 4]).all()
    assert back["data"]["meta_points"]["residuals"][0, k, 4] == -1
    assert [p.name for p in tmp_path.iterdir()] == ["a.c3d"]


def test_even_steps_follow_a_line_and_never_bridge_a_gap():
    time_s = np.array([0.0, 0.03, 0.07, 0.1, 0.14])
    position = np.broadcast_to(time_s[:, None, None], (5, 1, 3)).copy()
    even = even_steps(time_s, position, 30.0)
    np.testing.assert_allclose(even[:, 0, 0], np.arange(5) / 30, atol=1e-9)
    position[2] = np.nan
    even = even_steps(time_s, position, 30.0)
    assert np.isnan(even[:, 0, 0]).tolist() == [False, True, True, False, False]
