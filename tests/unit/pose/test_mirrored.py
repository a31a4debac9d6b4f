from __future__ import annotations

import threading

import numpy as np
import pytest

from screening.core.errors import CancelledError, NoPersonError, SeveralPeopleError, TooShortError, UnreadableVideoError
from screening.core.settings import PoseSettings
from screening.core.skeleton import PARTNER
from screening.pose.mirrored import estimate
from tests.unit.pose.conftest import beside, recording_of, sample_pictures, stills

#: Whole runs on real pixels.
pytestmark = pytest.mark.slow

SETTINGS = PoseSettings()


def run(pictures, *, mirrored=True, scale=1.0, on_frame=lambda n: None):
    recording = recording_of(pictures, scale)
    return estimate(
        lambda: iter(pictures), recording=recording, mirrored=mirrored, settings=SETTINGS, on_frame=on_frame
    )


def pose_threads():
    return [t.name for t in threading.enumerate() if t.name.startswith("pose-")]


@pytest.fixture(scope="module")
def both():
    return run(sample_pictures("front_left_lead", 45))


def test_both_runs_see_the_same_body_and_the_times_are_those_given(both):
    original, mirrored = both.variants
    assert (original.name, mirrored.name) == ("original", "mirrored")
    for variant in both.variants:
        assert variant.image.valid.all()
        assert variant.image.time_s == pytest.approx([p.time_s for p in sample_pictures("front_left_lead", 45)])
    gap = np.linalg.norm(original.image.position - mirrored.image.position, axis=2)
    assert 0.05 < np.median(gap) < 6  # the same places, and yet another run
    turned = np.linalg.norm(original.world.position - mirrored.world.position, axis=2)
    assert np.median(turned) < 0.08
    assert both.luma.shape == both.background_shift_px.shape == (45,)
    assert np.nanmax(both.background_shift_px) < 0.5
    assert np.flatnonzero(np.isfinite(both.background_shift_px)).tolist() == [6, 12, 18, 24, 30, 36, 42]
    assert len(both.model_sha256) == 64


def test_a_flipped_video_gives_the_flipped_runs_exactly(both):
    flipped = stills([p.rgb[:, ::-1] for p in sample_pictures("front_left_lead", 45)])
    other = run(flipped)
    width = flipped[0].rgb.shape[1]
    expected = both.variants[1].image.position[:, PARTNER] * [-1, 1] + [width, 0]
    assert np.allclose(other.variants[0].image.position, expected, atol=1e-3)
    world = both.variants[0].world.position[:, PARTNER] * [-1, 1, 1]
    assert np.allclose(other.variants[1].world.position, world, atol=1e-6)


def test_coordinates_are_those_of_the_whole_recording(both):
    double = run(sample_pictures("front_left_lead", 45), mirrored=False, scale=2.0)
    assert len(double.variants) == 1
    assert np.allclose(double.variants[0].image.position, 2 * both.variants[0].image.position, atol=1e-3)
    assert np.allclose(double.variants[0].world.position, both.variants[0].world.position)
    assert np.nanmedian(double.background_shift_px) == pytest.approx(2 * np.nanmedian(both.background_shift_px))


def test_every_picture_is_told_in_order():
    told = []
    run(sample_pictures("front_left_lead", 12), on_frame=told.append)
    assert told == list(range(1, 13))


@pytest.mark.parametrize("mirrored", [False, True])
def test_cancelling_stops_the_threads(mirrored):
    def cancel(done):
        if done == 3:
            raise CancelledError("Stopped after 3 frames.", hint="Start again.")

    with pytest.raises(CancelledError):
        run(sample_pictures("front_left_lead", 45), mirrored=mirrored, on_frame=cancel)
    assert pose_threads() == []


def test_an_error_of_the_reader_comes_out_and_stops_the_threads():
    pictures = sample_pictures("front_left_lead", 10)

    def torn():
        yield from pictures[:5]
        raise UnreadableVideoError("5 of 10 frames can be read.", hint="Copy it again.")

    with pytest.raises(UnreadableVideoError):
        estimate(torn, recording=recording_of(pictures), mirrored=True, settings=SETTINGS, on_frame=lambda n: None)
    assert pose_threads() == []


def test_an_error_inside_a_run_comes_out_and_stops_the_threads():
    # Single precision is no RGB picture: the native library refuses it in the thread.
    good = sample_pictures("front_left_lead", 10)
    bad = stills([np.zeros((960, 540, 3), np.float32)])
    with pytest.raises(RuntimeError, match="float image data"):
        estimate(
            lambda: [good[0], bad[0]],
            recording=recording_of(good),
            mirrored=True,
            settings=SETTINGS,
            on_frame=lambda n: None,
        )
    assert pose_threads() == []


def test_no_picture_and_nobody_are_refused():
    grey = stills([np.full((200, 200, 3), 120, np.uint8)] * 20)
    with pytest.raises(NoPersonError, match=r"No person in 20 of 20 frames \(limit 8\)"):
        run(grey)
    with pytest.raises(TooShortError):
        estimate(lambda: [], recording=recording_of(grey), mirrored=False, settings=SETTINGS, on_frame=lambda n: None)


def crowd(share, *, alone=0):
    """Two sample people in one picture; for the first `alone` pictures only the small one."""
    big, small = (sample_pictures(n, 60) for n in ("front_left_lead", "back_right_lead"))
    pictures = [beside(a.rgb, b.rgb, share) for a, b in zip(big, small, strict=True)]
    for picture in pictures[:alone]:
        picture[:, :540] = 170
    return stills(pictures)


@pytest.mark.slow
def test_two_people_of_a_size_are_refused():
    with pytest.raises(SeveralPeopleError, match="2 people"):
        run(crowd(0.9), mirrored=False)


@pytest.mark.slow
def test_the_clearly_taller_person_is_followed_even_if_the_other_came_first():
    passes = []
    pictures = crowd(0.6, alone=6)

    def opened():
        passes.append(1)
        return iter(pictures)

    raw = estimate(opened, recording=recording_of(pictures), mirrored=True, settings=SETTINGS, on_frame=lambda n: None)
    assert len(passes) == 2  # the first pass followed whoever came first
    alone = run(sample_pictures("front_left_lead", 60))
    for variant, reference in zip(raw.variants, alone.variants, strict=True):
        gap = np.linalg.norm(variant.image.position - reference.image.position, axis=2)[10:]
        assert np.median(gap) < 6
