"""The overlay video: same times as the input, drawn where the body is, readable, and never half-written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from screening.catalog import load_wordings
from screening.core.datatypes import Recording, TakeResult
from screening.core.errors import CancelledError
from screening.core.settings import ReportSettings, VideoSettings
from screening.core.skeleton import INDEX
from screening.core.vocabulary import Phase, Side, View
from screening.report.lettering import Lettering
from screening.report.overlay import Painter, write_overlay
from screening.report.panel import PHASE_LOOK, SIDE_COLOUR, bar_px, nearest_rows
from screening.video import VideoReader, pictures_at, probe
from tests.factories import make_result
from tests.unit.video.clips import corners_in, make

#: Whole runs on real pixels.
pytestmark = pytest.mark.slow

SAMPLE = Path(__file__).parents[3] / "sample_videos" / "front_left_lead.mp4"
SETTINGS = ReportSettings()
LIMITS = VideoSettings()
SIZE = (540, 960)
BOTTOM = 60  # deepest frame of the first repetition in `make_result`


def result_of(recording: Recording, **kwargs) -> TakeResult:
    return replace(make_result(**kwargs), recording=recording)


def grey() -> np.ndarray:
    return np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)


def painted(result: TakeResult, row: int = BOTTOM, canvas: np.ndarray | None = None) -> np.ndarray:
    canvas = grey() if canvas is None else canvas
    size = (canvas.shape[1], canvas.shape[0])
    Painter(result, size).draw(canvas, row, float(result.angle_table.time_s[row]))
    return canvas


def near(canvas: np.ndarray, point: np.ndarray, colour: tuple[int, int, int], radius: int = 6) -> bool:
    """Whether a colour is found around a point of the picture."""
    x, y = (round(float(v)) for v in point)
    patch = canvas[max(0, y - radius) : y + radius, max(0, x - radius) : x + radius].astype(int)
    return bool((np.abs(patch - colour).max(axis=2) < 30).any())


def without_landmarks(result: TakeResult) -> TakeResult:
    image = result.image
    return replace(result, image=replace(image, position=np.full_like(image.position, np.nan), valid=None))


def test_a_sample_gets_an_overlay_with_the_same_times(tmp_path):
    recording = probe(SAMPLE, limits=LIMITS)
    out, told = tmp_path / "overlay.mp4", []
    write_overlay(
        result_of(recording, view=View.FRONT), SAMPLE, out, settings=SETTINGS, progress=lambda *done: told.append(done)
    )
    written = probe(out, limits=LIMITS)
    assert (written.width, written.height, written.codec) == (540, 960, "h264")
    np.testing.assert_allclose(written.time_s, recording.time_s, atol=2e-5)
    assert told == [(i + 1, recording.n_frames) for i in range(recording.n_frames)]
    before, after = pictures_at(SAMPLE, recording, [BOTTOM])[BOTTOM], pictures_at(out, written, [BOTTOM])[BOTTOM]
    bar = bar_px(SIZE)
    assert np.abs(after[-bar:].astype(int) - before[-bar:]).mean() > 30
    clear = np.s_[300:600, 440:]  # nothing is drawn there: only the compression differs
    assert np.abs(after[clear].astype(int) - before[clear]).mean() < 4
    assert [p.name for p in tmp_path.iterdir()] == ["overlay.mp4"]


def test_variable_rate_slow_motion_and_mirroring(tmp_path):
    video, out = tmp_path / "selfie.mp4", tmp_path / "overlay.mp4"
    times_s = np.concatenate([[0.0], np.cumsum(np.random.default_rng(0).uniform(0.02, 0.05, 99))])
    make(video, times_s=times_s, size=(360, 640), matrix=(0, 1, -1, 0))
    recording = probe(video, limits=LIMITS, capture_fps=60.0)
    assert recording.time_scale < 0.7
    result = result_of(recording)
    result = without_landmarks(replace(result, scene=replace(result.scene, mirrored=True)))
    write_overlay(result, video, out, settings=replace(SETTINGS, overlay_max_side_px=320))
    written = probe(out, limits=LIMITS)
    np.testing.assert_allclose(written.time_s, times_s, atol=1e-4)  # as filmed: slow motion stays slow
    assert max(written.width, written.height) == 320
    with VideoReader(out, recording=written) as reader:
        right_corner = corners_in(next(iter(reader)).rgb)[1]
    assert right_corner == "red"  # the upper left corner of the file


def test_stopping_leaves_no_file(tmp_path):
    recording = probe(SAMPLE, limits=LIMITS)

    def stop(done: int, total: int) -> None:
        if done == 5:
            raise CancelledError("Stopped.", hint="Start again.")

    with pytest.raises(CancelledError):
        write_overlay(result_of(recording), SAMPLE, tmp_path / "overlay.mp4", settings=SETTINGS, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_each_side_has_its_colour_and_letter():
    result = make_result()
    canvas = painted(result)
    position = result.image.position[BOTTOM]
    for side in Side:
        knee, ankle = position[INDEX[f"{side}_knee"]], position[INDEX[f"{side}_ankle"]]
        assert near(canvas, 0.5 * (knee + ankle), SIDE_COLOUR[side])
        assert not near(canvas, 0.5 * (knee + ankle), SIDE_COLOUR[side.other])
    for side in Side:
        ends = [position[INDEX[f"{side}_{part}"]] for part in ("knee", "ankle")]
        along = np.linspace(*ends, 200)[40:160].round().astype(int)
        on_line = np.abs(canvas[along[:, 1], along[:, 0]].astype(int) - SIDE_COLOUR[side]).max(axis=1) < 60
        assert on_line.all() == (side is Side.LEFT)  # the right side is dashed


def test_what_was_not_seen_is_not_drawn():
    result = make_result()
    nothing = painted(without_landmarks(result))
    middle = np.s_[350:880, 330:]
    assert (nothing[middle] == 90).all()
    assert not (painted(result)[middle] == 90).all()
    valid = result.image.valid.copy()
    valid[:, INDEX["left_knee"]] = False
    partly = painted(replace(result, image=replace(result.image, valid=valid)))
    knee, ankle = (result.image.position[BOTTOM, INDEX[f"left_{p}"]] for p in ("knee", "ankle"))
    assert not near(partly, 0.5 * (knee + ankle), SIDE_COLOUR[Side.LEFT])


def test_interpolated_points_are_hollow():
    result = make_result()
    filled = np.zeros_like(result.image.filled)
    filled[:, INDEX["left_knee"]] = True
    x, y = result.image.position[BOTTOM, INDEX["left_knee"]].round().astype(int)
    assert painted(result)[y, x].min() > 200
    assert painted(replace(result, image=replace(result.image, filled=filled)))[y, x].max() < 80


def test_the_hip_line_is_drawn_out_from_the_front_but_not_from_the_side():
    lines = {}
    for view in (View.FRONT, View.LEFT):
        result = make_result(view=view)
        position = result.image.position.copy()
        position[:, INDEX["left_hip"]] += [60.0, -10.0]
        canvas = painted(replace(result, image=replace(result.image, position=position)))
        yellow = np.abs(canvas[:-100].astype(int) - (240, 228, 66)).max(axis=2) < 40
        yellow[:300, :330] = False  # the panel
        lines[view] = np.ptp(np.nonzero(yellow)[1])
    assert lines[View.FRONT] > 1.6 * lines[View.LEFT]


def test_values_that_are_not_assessed_are_not_shown():
    result = without_landmarks(make_result())
    table = result.angle_table
    value = table.value.copy()
    value[BOTTOM] = np.nan
    gap = replace(result, angle_table=replace(table, value=value))
    with_values, without = painted(result).astype(int), painted(gap).astype(int)
    changed = np.argwhere(np.abs(with_values - without).max(axis=2) > 0)
    assert len(changed) > 100
    assert changed.max(axis=0)[0] < 400  # in the panel only
    assert (painted(gap, row=BOTTOM + 1) != without).any()


def test_the_panel_avoids_the_body():
    result = make_result()
    corners = set()
    for shift in ((-150.0, -120.0), (180.0, -120.0)):
        moved = replace(result, image=replace(result.image, position=result.image.position + shift))
        canvas = painted(moved)
        dark = (canvas < 40).all(axis=2)
        corners.add("left" if dark[20:200, 20:150].mean() > dark[20:200, -150:-20].mean() else "right")
    assert corners == {"left", "right"}


def test_the_bar_shows_phases_and_where_we_are():
    result = without_landmarks(make_result())
    canvas = painted(result)
    bar = canvas[-bar_px(SIZE) :]
    time_s = result.angle_table.time_s
    for row, phase in ((45, Phase.DESCENT), (75, Phase.ASCENT), (116, Phase.BOTTOM)):
        assert result.timeline.phase[row] is phase
        x = round(time_s[row] / time_s[-1] * (SIZE[0] - 1))
        column = bar[:, x].astype(int)
        assert (np.abs(column - PHASE_LOOK[phase][0]).max(axis=1) < 30).any()
    cursor = round(time_s[BOTTOM] / time_s[-1] * (SIZE[0] - 1))
    assert bar[1, cursor].min() == 255
    assert bar[1, cursor + 100].max() < 60


@pytest.mark.parametrize("size", [(960, 540), (160, 200), (301, 163), (2000, 1200)])
@pytest.mark.parametrize("leads", [(Side.LEFT, Side.RIGHT), ()])
def test_every_size_can_be_drawn(size, leads):
    canvas = np.full((size[1], size[0], 3), 90, np.uint8)
    painted(make_result(leads=leads), row=20, canvas=canvas)
    assert (canvas[-bar_px(size) :] != 90).any()
    assert (canvas == 90).all(axis=2).mean() > 0.4  # the person stays visible


def test_rows_of_a_thinned_take_are_matched_by_time():
    result = make_result()
    recording = replace(result.recording, time_s=np.arange(4 * 210) / 120.0)
    rows = nearest_rows(replace(result, recording=recording))
    assert rows[[0, 1, 3, 4, 5, 7, 8, 9]].tolist() == [0, 0, 1, 1, 1, 2, 2, 2]
    assert rows[-1] == 209


def test_every_letter_of_the_overlay_exists_in_the_font():
    words = load_wordings()
    texts = [words.word("phase", p) for p in Phase] + [
        words.angle(name).short for name in make_result().angle_table.names
    ]
    texts += [words.sentence("report.statement"), words.sentence("report.overlay_rep", rep=1, total=23456789)]
    letters = Lettering(20)

    def ink(text: str) -> bytes:
        canvas = np.zeros((40, 40, 3), np.uint8)
        letters.on_dark(canvas, text, 5, 5, (255, 255, 255))
        return canvas.tobytes()

    missing = ink("\uffff")
    for letter in set("".join(texts) + "0°±−+~%.·") - {" "}:
        assert ink(letter) not in (missing, bytes(40 * 40 * 3)), letter


def test_letters_over_the_edge_are_cut():
    letters = Lettering(16)
    canvas = np.full((30, 50, 3), 90, np.uint8)
    for x, y in ((-30, -5), (40, 20), (500, 500), (-500, 0)):
        letters.over(canvas, "12° ±3°", x, y, (255, 255, 255))
        letters.on_dark(canvas, "12° ±3°", x, y, (255, 255, 255))
    assert (canvas > 200).any() and (canvas < 20).any()


def test_words_with_accents_are_drawn_whole():
    def drawn(text):
        canvas = np.zeros((60, 60, 3), np.uint8)
        Lettering(30, accents=True).on_dark(canvas, text, 8, 8, (255, 255, 255))
        return canvas

    assert not np.array_equal(drawn("ó"), drawn("ñ"))
    # The accent stands above the letter, and below it nothing has changed.
    plain, accented = drawn("o"), drawn("ó")
    rows = np.flatnonzero((plain != accented).any(axis=(1, 2)))
    assert rows.max() <= np.flatnonzero(plain.any(axis=(1, 2))).min() + 2
