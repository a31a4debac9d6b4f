from __future__ import annotations

import numpy as np
import pytest

from screening.core.settings import PoseSettings
from screening.pose.backwards import Rewind, follow_back
from screening.pose.estimator import N_LANDMARKS, Body
from screening.pose.gathering import Bodies
from tests.unit.pose.conftest import recording_of, sample_pictures, stills

SETTINGS = PoseSettings(backwards_s=0.5)
RGB = np.full((96, 160, 3), 90, np.uint8)


def body(x, y=50.0):
    """A body of 40 px at a place, all that `same` and the picture's border look at."""
    pixels = np.full((N_LANDMARKS, 2), (x, y), float)
    pixels[11:13, 1] -= 20.0
    return Body(pixels=pixels, world=np.zeros((N_LANDMARKS, 3)), visibility=np.ones(N_LANDMARKS))


class Walker:
    """Sees a body that walks backwards by `step` a picture, for `n` pictures."""

    def __init__(self, start, step, n, log=None):
        self.at, self.step, self.left = start, step, n
        self.log = [] if log is None else log

    def track(self, rgb, time_s):
        self.log.append(time_s)
        self.left -= 1
        seen = body(self.at) if self.left >= 0 else None
        self.at += self.step
        return seen

    def close(self):
        self.log.append("closed")


def take(seen, n_runs=1):
    """Notes and bodies of a take in which run 0 sees a body where `seen` says so."""
    rewind = Rewind(n_runs, 10.0, SETTINGS)
    bodies = tuple(Bodies(len(seen)) for _ in range(n_runs))
    for k, place in enumerate(seen):
        found = [None if place is None else body(place)] * n_runs
        rewind.note(k, RGB, found)
        for run, one in zip(bodies, found, strict=True):
            run.append(one)
    return rewind, bodies


def seen_in(bodies):
    return [k for k in range(bodies._count) if bodies[k] is not None]


def test_only_the_stretch_before_a_find_is_kept_and_not_longer_than_asked():
    rewind, _ = take([20.0, None, None, 24.0, 25.0, *[None] * 9, 60.0, None])
    assert [s.found for s in rewind.stretches] == [3, 14]
    assert [[p for p, _ in s.pictures] for s in rewind.stretches] == [[3, 2, 1], [14, 13, 12, 11, 10, 9]]


def test_a_take_without_losses_packs_nothing():
    rewind, _ = take([20.0 + k for k in range(20)])
    assert rewind.stretches == []
    assert not rewind._latest


def test_all_stretches_together_keep_a_limited_number_of_pictures():
    rewind = Rewind(1, 10.0, PoseSettings(backwards_s=0.5, backwards_pictures=7))
    for k in range(40):
        rewind.note(k, RGB, [body(20.0) if k % 6 == 5 else None])
    assert sum(len(s.pictures) - 1 for s in rewind.stretches) == 7


def test_the_person_is_followed_back_until_the_network_loses_them():
    rewind, bodies = take([None, None, None, None, 80.0, 82.0])
    log = []
    filled = follow_back(rewind.stretches, bodies, lambda: Walker(80.0, -2.0, 4, log), None, SETTINGS)
    assert filled == 3
    assert seen_in(bodies[0]) == [1, 2, 3, 4, 5]
    assert bodies[0][1].pixels[0, 0] == pytest.approx(74.0)
    assert log[-1] == "closed"


def test_somebody_else_is_not_taken_for_the_person():
    rewind, bodies = take([None, None, 80.0])
    assert follow_back(rewind.stretches, bodies, lambda: Walker(20.0, 0.0, 9), None, SETTINGS) == 0
    assert seen_in(bodies[0]) == [2]


def test_a_body_outside_of_the_picture_is_not_added():
    rewind, bodies = take([None, None, None, None, 155.0])
    assert follow_back(rewind.stretches, bodies, lambda: Walker(155.0, 2.0, 9), None, SETTINGS) == 2
    assert seen_in(bodies[0]) == [2, 3, 4]


def test_every_run_is_followed_for_itself_and_the_flipped_one_in_flipped_pictures():
    rewind, bodies = take([None, None, 80.0], n_runs=2)
    trackers = iter([Walker(80.0, 0.0, 9), Walker(160.0 - 80.0, 0.0, 9)])
    assert follow_back(rewind.stretches, bodies, lambda: next(trackers), None, SETTINGS) == 4
    assert [seen_in(b) for b in bodies] == [[0, 1, 2], [0, 1, 2]]


@pytest.mark.slow
def test_a_person_who_was_hidden_at_first_is_found_in_no_empty_picture():
    from screening.pose.mirrored import estimate

    pictures = [p.rgb.copy() for p in sample_pictures("front_left_lead", 30)]
    for rgb in pictures[:12]:
        rgb[:] = 128
    taken = stills(pictures)
    raw = estimate(
        lambda: iter(taken), recording=recording_of(taken), mirrored=False, settings=SETTINGS, on_frame=lambda n: None
    )
    seen = np.isfinite(raw.variants[0].image.position[:, 0, 0])
    assert not seen[:12].any()
    assert seen[13:].all()
