from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from screening.catalog import load_wordings
from screening.core.settings import DEFAULTS
from screening.core.skeleton import INDEX
from screening.core.vocabulary import Side, View
from screening.report.pictures import (
    chosen_repetitions,
    draw,
    frame_in_recording,
    hip_line_deg,
    key_pictures,
    person_box,
)
from screening.video import probe
from tests.factories import make_result

WORDS = load_wordings()
SAMPLE = Path(__file__).parents[3] / "sample_videos" / "left_side_left_lead.mp4"
BLANK = np.full((960, 540, 3), 90, np.uint8)
WHOLE = {"origin": np.zeros(2), "scale": 1.0}


def with_hips(result, left, right):
    position = result.image.position.copy()
    position[:, INDEX["left_hip"]], position[:, INDEX["right_hip"]] = left, right
    return replace(result, image=replace(result.image, position=position, valid=None))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [((200, 500), (300, 500), 0), ((200, 450), (300, 500), 26.565), ((300, 450), (200, 500), 26.565)],
)
def test_hip_line_is_positive_with_the_left_hip_up_from_behind_and_from_the_front(left, right, expected):
    result = with_hips(make_result(view=View.BACK), left, right)
    level = replace(result, scene=replace(result.scene, roll_deg=0.0))
    assert hip_line_deg(level, 60) == pytest.approx(expected, abs=0.01)


def test_camera_roll_is_taken_out_of_the_hip_line():
    """Content turned clockwise by 10 degrees: a level hip line falls to the picture's right."""
    turn = np.radians(10.0)
    left, right = np.array([200.0, 500.0]), 200 + 100 * np.cos(turn)
    result = with_hips(make_result(view=View.BACK), left, (right, 500 + 100 * np.sin(turn)))
    rolled = replace(result, scene=replace(result.scene, roll_deg=10.0))
    assert hip_line_deg(rolled, 60) == pytest.approx(0.0, abs=0.01)


def test_the_hip_line_is_drawn_out_from_behind_but_not_from_the_side():
    def white_at(view):
        result = with_hips(make_result(view=view), (240, 500), (300, 500))
        result = replace(result, scene=replace(result.scene, roll_deg=0.0))
        return tuple(draw(result, 60, BLANK, **WHOLE)[500, 170])

    assert white_at(View.BACK) == (255, 255, 255)
    assert white_at(View.LEFT) == (90, 90, 90)


def test_drawing_changes_a_copy_only():
    before = BLANK.copy()
    drawn = draw(make_result(), 60, BLANK, **WHOLE)
    assert np.array_equal(BLANK, before)
    assert not np.array_equal(drawn, before)


def test_points_that_were_not_found_are_not_drawn():
    result = make_result()
    nothing = np.full_like(result.image.position, np.nan)
    empty = replace(result, image=replace(result.image, position=nothing, valid=None))
    assert np.array_equal(draw(empty, 60, BLANK, **WHOLE), BLANK)
    assert person_box(empty, empty.timeline.repetitions) == (0.0, 0.0, 540.0, 960.0)


def test_the_box_holds_the_body_in_all_repetitions():
    result = make_result()
    left, top, right, bottom = person_box(result, result.timeline.repetitions)
    inside = result.image.position[result.timeline.repetitions[0].bottom]
    assert (inside >= [left, top]).all()
    assert (inside <= [right, bottom]).all()
    assert bottom - top < 960


def test_unused_repetitions_give_way_to_used_ones():
    result = make_result(leads=(Side.LEFT,) * 4, unused=(1, 3))
    assert [rep.index for rep in chosen_repetitions(result, 3)] == [1, 2, 4]
    assert [rep.index for rep in chosen_repetitions(result, 2)] == [2, 4]


@pytest.fixture(scope="module")
def filmed():
    """A hand-made result over a real recording."""
    recording = probe(SAMPLE, limits=DEFAULTS.video)
    return replace(make_result(unused=(3,)), recording=recording)


def test_frames_are_matched_by_time(filmed):
    assert filmed.recording.time_s[frame_in_recording(filmed, 60)] == pytest.approx(2.0, abs=1 / 60)


def test_each_repetition_gives_one_picture_with_words(filmed):
    pictures = key_pictures(filmed, SAMPLE, WORDS, settings=DEFAULTS.report)
    assert [p.rep for p in pictures] == [1, 2, 3]
    for picture in pictures:
        decoded = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert decoded.shape[:2] == (picture.height, picture.width)
        assert max(decoded.shape) <= DEFAULTS.report.picture_max_side_px
        assert f"Repetition {picture.rep} at its lowest point" in picture.alt
    assert pictures[0].details == ()
    assert "Not used" in pictures[2].details[0]


def test_from_behind_the_tilt_of_the_hip_line_is_told(filmed):
    behind = replace(filmed, scene=replace(filmed.scene, view=View.BACK, roll_deg=0.0))
    pictures = key_pictures(with_hips(behind, (200, 450), (300, 500)), SAMPLE, WORDS, settings=DEFAULTS.report)
    assert pictures[0].details == ("Hip line in the picture: 27°, left hip higher.",)
    lost = with_hips(behind, (np.nan, np.nan), (300, 500))
    told = key_pictures(lost, SAMPLE, WORDS, settings=DEFAULTS.report)[0].details
    assert told == ("The hip points were not found in this frame.",)


def test_no_repetition_no_picture(filmed):
    assert key_pictures(replace(make_result(leads=()), recording=filmed.recording), SAMPLE, WORDS,
                        settings=DEFAULTS.report) == ()  # fmt: skip
