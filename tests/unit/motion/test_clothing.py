"""Hands on hips by landmarks, sliding cloth by how the patches disagree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from screening.core.datatypes import LandmarkSequence
from screening.core.settings import DEFAULTS
from screening.core.skeleton import INDEX
from screening.core.vocabulary import Frame, Side, View
from screening.motion import clothing
from tests.factories import make_result, make_timeline

SETTINGS = DEFAULTS.surface


def person(n: int, *, wrist: tuple[float, float], elbow: tuple[float, float], hand: Side = Side.LEFT):
    """Landmarks from behind, hips 40 px apart; one arm's wrist and elbow in pixels outwards and down of mid-hip."""
    position = np.full((n, 33, 2), 250.0)
    for side, out in ((Side.LEFT, -1.0), (Side.RIGHT, 1.0)):
        at = {"hip": (20, 0), "shoulder": (35, -120), "elbow": (45, -60), "wrist": (50, 10)}
        if side is hand:
            at |= {"wrist": wrist, "elbow": elbow}
        for part, (x, y) in at.items():
            position[:, INDEX[f"{side}_{part}"]] = (200 + out * x, 300 + y)
    return LandmarkSequence(
        position=position, visibility=np.ones((n, 33)), time_s=np.arange(n) / 30, frame=Frame.IMAGE_PX
    )


def answer(**arm) -> str:
    timeline = make_timeline((Side.LEFT, Side.LEFT))
    scene = replace(make_result().scene, view=View.BACK, standing=None)
    return clothing.hands_on_hips(person(len(timeline.phase), **arm), scene, timeline, SETTINGS)


@pytest.mark.parametrize("hand", list(Side))
def test_a_hand_on_the_hip_is_recognised(hand):
    assert answer(wrist=(38.0, -20.0), elbow=(85.0, -55.0), hand=hand) == "reason.hands_on_hips"


@pytest.mark.parametrize(
    ("wrist", "elbow"),
    [((50, 10), (45, -60)), ((5, -70), (48, -65)), ((90, -80), (60, -90)), ((48, -5), (52, -60))],
    ids=["hangs", "crossed", "stretched to the side", "beside the hip"],
)
def test_other_arms_are_not(wrist, elbow):
    assert answer(wrist=wrist, elbow=elbow) == ""


def test_without_repetitions_nothing_is_said():
    timeline = replace(make_timeline((Side.LEFT,)), repetitions=())
    image = person(len(timeline.phase), wrist=(38.0, -20.0), elbow=(85.0, -55.0))
    assert clothing.hands_on_hips(image, make_result().scene, timeline, SETTINGS) == ""


@pytest.mark.parametrize(("spread_deg", "loose"), [(1.8, False), (2.4, False), (4.9, True), (7.8, True)])
def test_patches_that_turn_apart_are_loose_cloth(spread_deg, loose):
    often = np.r_[np.full(11, spread_deg), np.full(9, 0.5)]
    assert clothing.slides(often, SETTINGS) == ("reason.loose_clothing" if loose else "")
    assert clothing.slides(often[::-1][:17], SETTINGS) == ""


@pytest.mark.parametrize(("share", "loose"), [(0.07, False), (0.23, False), (0.47, True)])
def test_a_pattern_that_disappears_is_loose_cloth(share, loose):
    assert clothing.lost(np.full(20, share), SETTINGS) == ("reason.loose_clothing" if loose else "")
    assert clothing.lost(np.zeros(0), SETTINGS) == ""
