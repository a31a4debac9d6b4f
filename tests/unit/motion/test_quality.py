from dataclasses import replace

import numpy as np
import pytest

from screening.catalog.wordings import load_wordings
from screening.core.errors import BodyCutOffError, NoPersonError, TiltedCameraError
from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.skeleton import INDEX
from screening.core.vocabulary import CheckLevel
from screening.motion import quality
from screening.motion.quality import check, front_leg, leg_identity, mirror_disagreement, refuse_unusable
from screening.motion.scene import describe
from tests import figure

SETTINGS = DEFAULTS.scene
BODY = figure.body(figure.Motion(reps=2))
N = len(BODY)
IMAGE = figure.film(BODY, 180.0).image
NAN = float("nan")


def refuse(image=IMAGE, **noticed):
    raw = replace(figure.raw_pose(figure.film(BODY, 180.0)), **noticed)
    refuse_unusable(image, raw, figure.recording(N), SETTINGS)


def score(part, share, *, sides=("left", "right"), value=0.2):
    """The figure with a part that is not visible in a share of the frames."""
    visibility = IMAGE.visibility.copy()
    for side in sides:
        visibility[: round(share * N), INDEX[f"{side}_{part}"]] = value
    return replace(IMAGE, visibility=visibility)


def away(share, part=None, to=np.nan):
    position = IMAGE.position.copy()
    where = slice(None) if part is None else INDEX[part]
    position[: round(share * N), where] = to
    return replace(IMAGE, position=position, valid=None)


@pytest.mark.parametrize(
    ("error", "said", "picture", "noticed"),
    [
        (NoPersonError, f"No person in {round(0.5 * N)} of {N} frames", away(0.5), {}),
        (TiltedCameraError, "tilted by about 14 degrees", IMAGE, {"edge_roll_deg": -14.0}),
        (TiltedCameraError, "a foot is hidden", score("foot_index", 0.2, sides=("left",)), {"edge_roll_deg": 6.0}),
        (BodyCutOffError, "The feet are out of the picture", away(0.3, "left_foot_index", [100, 1300]), {}),
        (BodyCutOffError, "The hips are out", away(0.3, "right_hip", [-5, 400]), {}),
        (BodyCutOffError, "The shoulders are out .* in 40 %", score("shoulder", 0.4), {}),
    ],
)
def test_an_unusable_take_is_refused_in_two_lines(error, said, picture, noticed):
    with pytest.raises(error, match=said) as refused:
        refuse(picture, **noticed)
    what, hint = refused.value.lines
    assert "\n" not in what + hint
    assert hint.endswith(".")
    assert error.exit_code == 3


@pytest.mark.parametrize(
    ("picture", "noticed"),
    [
        (IMAGE, {"edge_roll_deg": NAN}),
        (IMAGE, {"edge_roll_deg": 11.0}),
        (away(0.35), {}),
        (score("foot_index", 0.2, sides=("left",)), {"edge_roll_deg": 4.0}),
        (score("knee", 1.0, sides=("right",)), {}),  # one of a pair may be hidden by the body itself
        (score("shoulder", 0.2), {}),
        (away(0.2, "left_foot_index", [100, 1300]), {}),
    ],
)
def test_what_can_be_lived_with_is_not_refused(picture, noticed):
    refuse(picture, **noticed)


def looked_at(*, image=IMAGE, recording=None, options=None, edge_roll_deg=0.0, standing=(0, 31), **noticed):
    raw = replace(figure.raw_pose(figure.film(BODY, 180.0), edge_roll_deg=edge_roll_deg), **noticed)
    recording = recording or figure.recording(N)
    told = options or TakeOptions(mirrored=False)
    view = describe(raw, told, container_flipped=recording.flipped, settings=SETTINGS)
    view = replace(view, standing=standing)
    return {c.key: c for c in check(image, raw, recording, view, SETTINGS)}


def small():
    middle = np.array([figure.WIDTH / 2, figure.HEIGHT / 2])
    return replace(IMAGE, position=middle + 0.3 * (IMAGE.position - middle))


def recorded(**changed):
    return replace(figure.recording(N), **changed)


def shaken():
    shift = np.full(N, NAN)
    shift[::6] = 8.0
    return shift


def test_a_good_take_gives_no_notice():
    checks = looked_at()
    assert {c.level for c in checks.values()} == {CheckLevel.OK}
    assert list(checks) == [
        "one_person",
        "body_visible",
        "body_size",
        "brightness",
        "camera_still",
        "view",
        "mirrored",
        "roll",
        "standing",
        "frame_rate",
    ]


@pytest.mark.parametrize(
    ("key", "level", "values", "situation"),
    [
        ("body_visible", CheckLevel.WARNING, {"share_pct": 90}, {"image": score("hip", 0.1)}),
        ("body_size", CheckLevel.WARNING, {}, {"image": small()}),
        ("brightness", CheckLevel.WARNING, {"luma": 31}, {"luma": np.full(N, 31.0)}),
        ("camera_still", CheckLevel.WARNING, {"shift_px": 8.0}, {"background_shift_px": shaken()}),
        ("mirrored", CheckLevel.NOTICE, {"state": "assumed"}, {"options": TakeOptions()}),
        ("mirrored", CheckLevel.OK, {"state": "told_yes"}, {"options": TakeOptions(mirrored=True)}),
        (
            "mirrored",
            CheckLevel.OK,
            {"state": "container"},
            {"options": TakeOptions(), "recording": recorded(flipped=True)},
        ),
        ("roll", CheckLevel.NOTICE, {"deg": -4.2, "source": "edges"}, {"edge_roll_deg": -4.2}),
        ("roll", CheckLevel.OK, {"source": "standing"}, {"edge_roll_deg": NAN}),
        ("standing", CheckLevel.NOTICE, {"seconds": 0.4}, {"standing": (0, 13)}),
        ("standing", CheckLevel.NOTICE, {"seconds": 0.0}, {"standing": None}),
        ("standing", CheckLevel.OK, {"seconds": 1.0}, {"standing": (5, 36)}),
        ("frame_rate", CheckLevel.NOTICE, {"fps": 24}, {"recording": recorded(time_s=np.arange(N) / 24)}),
        ("hdr", CheckLevel.NOTICE, {}, {"recording": recorded(hdr=True)}),
        ("slow_motion", CheckLevel.NOTICE, {"fps": 240.0}, {"recording": recorded(capture_fps=240.0)}),
    ],
)
def test_what_is_worth_saying_is_noticed_and_has_words(key, level, values, situation):
    found = looked_at(**situation)[key]
    assert found.level is level
    assert values.items() <= found.values.items()
    assert len(load_wordings().check(found)) > 10


def test_camera_that_was_never_compared_is_not_called_moving():
    assert looked_at(background_shift_px=np.full(N, NAN))["camera_still"].level is CheckLevel.OK


@pytest.mark.parametrize(("px", "level"), [(7.0, CheckLevel.OK), (9.0, CheckLevel.NOTICE)])
def test_disagreement_of_the_mirrored_run_is_judged_by_the_size_of_the_body(px, level):
    found = mirror_disagreement(replace(IMAGE, sd=np.full((N, 33), px)), 200.0)
    assert (found.level, found.values["px"]) == (level, px)


@pytest.mark.parametrize(("share", "level"), [(0.05, CheckLevel.OK), (0.3, CheckLevel.NOTICE)])
def test_exchanged_legs_are_told(share, level):
    found = leg_identity(share)
    assert (found.level, found.values["repaired_pct"]) == (level, round(100 * share))


@pytest.mark.parametrize(
    ("told", "certain", "state", "level"),
    [
        (True, False, "told", CheckLevel.OK),
        (False, True, "floor", CheckLevel.OK),
        (False, False, "assumed", CheckLevel.NOTICE),
    ],
)
def test_an_assumed_front_leg_is_said(told, certain, state, level):
    found = front_leg(told=told, certain=certain)
    assert (found.values["state"], found.level) == (state, level)


@pytest.mark.filterwarnings("error")
def test_frames_that_show_nobody_do_not_count_for_the_size_of_the_body():
    image = figure.film(figure.body(figure.Motion(reps=2)), 0.0).image
    gaps = image.position.copy()
    gaps[::3] = np.nan
    with_gaps = replace(image, position=gaps, valid=None)
    assert quality._body_height_px(with_gaps) == pytest.approx(quality._body_height_px(image), rel=0.02)
    nobody = replace(image, position=np.full_like(gaps, np.nan), valid=None)
    assert quality._body_height_px(nobody) == 0.0
