"""A head is blurred wherever it is, seen by the network or not; nothing else is touched."""

from dataclasses import replace

import numpy as np
import pytest

from screening.core.datatypes import LandmarkSequence
from screening.core.settings import ReportSettings
from screening.core.skeleton import INDEX
from screening.report.faces import Heads, heads_to_blur
from tests.factories import make_result

HEAD = [i for name, i in INDEX.items() if any(p in name for p in ("nose", "eye", "ear", "mouth"))]


def noise():
    return np.random.default_rng(1).integers(0, 255, (960, 540, 3)).astype(np.uint8)


def without(result, landmarks, frames):
    position = result.image.position.copy()
    position[frames, landmarks] = np.nan
    image = result.image
    fresh = LandmarkSequence(position=position, visibility=image.visibility, time_s=image.time_s, frame=image.frame)
    return replace(result, image=fresh)


def changed(result, frame=0, **where):
    picture = noise()
    before = picture.copy()
    where = {"origin": np.zeros(2), "scale": 1.0, **where}
    Heads(result).blur(picture, frame, **where)
    return before, picture, (picture != before).any(axis=2)


@pytest.mark.parametrize(("now", "then"), [(False, False), (True, False), (False, True), (True, True)])
def test_heads_are_blurred_where_it_is_asked_for_now_or_was_when_measuring(now, then):
    result = make_result()
    result = replace(result, provenance=replace(result.provenance, faces_blurred=then))
    assert (heads_to_blur(result, ReportSettings(blur_face=now)) is not None) == (now or then)


def test_the_head_is_blurred_and_the_body_is_not():
    before, after, touched = changed(make_result())
    assert touched[200, 250]
    assert touched[160:230, 230:280].mean() > 0.95
    assert not touched[320:].any()
    block = after[190:215, 240:265].astype(float)
    assert block.std(axis=(0, 1)).max() < 0.25 * before[190:215, 240:265].astype(float).std(axis=(0, 1)).min()


def test_a_head_without_points_is_blurred_above_the_shoulders():
    result = make_result()
    _, _, touched = changed(without(result, HEAD, slice(None)))
    assert touched[230, 268]
    assert touched[180:260, 250:290].mean() > 0.9


def test_a_frame_without_a_body_is_blurred_where_the_head_was_before_and_after():
    result = make_result()
    everything = list(range(33))
    _, _, touched = changed(without(result, everything, slice(10, 14)), frame=12)
    assert touched[200, 260]
    assert not touched[400:].any()


def test_a_take_without_any_body_is_blurred_whole():
    _, _, touched = changed(without(make_result(), list(range(33)), slice(None)))
    assert touched.mean() > 0.99


@pytest.mark.parametrize("scale", [0.5, np.array([0.5, 0.5])])
def test_a_cut_out_and_smaller_picture_is_blurred_at_the_same_place(scale):
    _, _, touched = changed(make_result(), origin=np.array([50.0, 100.0]), scale=scale)
    assert touched[50, 100]
    assert not touched[115:].any()
    _, _, nothing = changed(make_result(), origin=np.array([9000.0, 9000.0]), scale=scale)
    assert not nothing.any()
