"""What is said about both sides: directions in words, one rounding, the summary in a few sentences."""

import re
from dataclasses import replace

import pytest

from screening.core.screen import Asymmetry
from screening.core.vocabulary import Side, Verdict
from screening.movements import load, names
from screening.report.screen_sentences import each_side, in_short, size_of_difference
from screening.report.screen_words import load_words
from tests.unit.report.screens import make_screen

NAN = float("nan")
WORDS = load_words()


def pair(metric, left, right, *, movement="split_squat", unit="deg", verdict=Verdict.CLEAR, mdc=3.0):
    difference = right - left
    return Asymmetry(
        metric=metric,
        unit=unit,
        left=left,
        right=right,
        difference=difference,
        ci95=(difference - 1, difference + 2),
        mdc95=mdc,
        n_left=5,
        n_right=5,
        larger_side=Side.RIGHT if difference > 0 else Side.LEFT,
        verdict=verdict,
        movement=movement,
    )


@pytest.mark.parametrize(
    ("metric", "left", "right", "said"),
    [
        (
            "trunk_lean_deg",
            -3.2,
            4.4,
            "With the left leg in front, the trunk leans 3° to the right, away from the front leg; "
            "with the right leg in front, the trunk leans 4° to the right, over the front leg.",
        ),
        (
            "hip_hike_deg",
            8.0,
            -2.0,
            "With the left leg in front, the right hip is lifted by 8°; "
            "with the right leg in front, the left hip sinks by 2°.",
        ),
        (
            "rotation_to_front_deg",
            -0.4,
            9.9,
            "With the left leg in front, the pelvis does not turn; "
            "with the right leg in front, the pelvis turns 10° to the right, towards the front leg.",
        ),
        (
            "depth_deg",
            90.0,
            70.0,
            "With the left leg in front, the front knee bends to 90°; "
            "with the right leg in front, the front knee bends to 70°.",
        ),
    ],
)
def test_directions_are_words_and_sides_are_named(metric, left, right, said):
    assert each_side(pair(metric, left, right), WORDS) == said


def test_limbs_of_a_short_test_have_no_leg_in_front():
    said = each_side(pair("seated_internal_rotation_deg", 20.0, 31.0, movement="seated_hip_rotation"), WORDS)
    assert said == "The left hip turns inward by 20°; the right hip turns inward by 31°."


def test_a_metric_without_words_keeps_its_numbers():
    assert each_side(pair("new_thing_deg", -2.0, 7.0), WORDS) == "New thing: −2° on the left, 7° on the right."


def test_nothing_is_said_about_what_was_not_measured():
    missing = replace(pair("arch_deg", 1.0, 2.0), left=NAN, right=NAN, difference=NAN)
    assert each_side(missing, WORDS) == size_of_difference(missing, WORDS) == ""


def test_the_size_counts_towards_the_larger_side():
    right, left = (size_of_difference(pair("arch_deg", *ends), WORDS) for ends in ((2.0, 12.0), (12.0, 2.0)))
    assert right.startswith("The difference is 10°, with a 95 % interval from 9° to 12°; from 3° on")
    assert left.startswith("The difference is 10°, with a 95 % interval from 8° to 11°; from 3° on")


def swapped(text):
    """The text with left and right exchanged, as whole words."""
    return re.sub(r"\b(left|right)\b", lambda m: {"left": "right", "right": "left"}[m[0]], text)


@pytest.mark.parametrize(
    "metric", ["hip_hike_deg", "trunk_lean_deg", "rotation_to_front_deg", "knee_drift_deg", "rear_hip_extension_deg"]
)
def test_mirroring_a_person_swaps_the_words(metric):
    one, other = (each_side(pair(metric, *ends), WORDS).rstrip(".").lower() for ends in ((-3.0, 7.0), (7.0, -3.0)))
    assert swapped(one).split("; ")[::-1] == other.split("; ")


def test_every_metric_that_screens_compare_has_its_words():
    said = WORDS.say.sentences
    for name in ("split_squat", *(n for n in names() if n not in ("free", "squat", "quiet_standing"))):
        for spec in load(name).metrics:
            assert f"plus.{spec.key}" in said, spec.key
            assert f"name.{spec.key}" in said, spec.key


def test_the_summary_is_short_and_names_side_size_and_limits():
    lines = in_short(make_screen(), WORDS)
    assert 3 <= len(lines) <= 5
    assert lines[0] == "4 videos were looked at: 2 with the left leg in front, 2 with the right leg in front."
    text = " ".join(lines)
    assert "differs clearly between the sides: with the left leg in front, the right hip sinks by 1°" in text
    assert "Possible, but not certain, is a difference in how far the pelvis turns." in text
    assert "this does not mean that both sides are the same: of 10 comparisons, 6 stayed" in text


def test_more_than_two_clear_differences_are_told_by_name():
    screen = make_screen()
    clear = tuple(
        replace(a, verdict=Verdict.CLEAR, difference=9.0 - k) if a.verdict is not Verdict.NOT_ASSESSED else a
        for k, a in enumerate(screen.asymmetries)
    )
    lines = in_short(replace(screen, asymmetries=clear), WORDS)
    assert len(lines) <= 5
    (too,) = [line for line in lines if line.startswith("Clearly different, too:")]
    assert too.endswith("….")


def test_nothing_distinguishable_is_no_claim_of_symmetry():
    screen = make_screen()
    same = tuple(
        replace(a, verdict=Verdict.NOT_DISTINGUISHABLE) if a.verdict is not Verdict.NOT_ASSESSED else a
        for a in screen.asymmetries
    )
    lines = in_short(replace(screen, asymmetries=same), WORDS)
    assert lines[1] == "No difference between the sides was larger than what measuring can get wrong."
    assert "does not mean that both sides are the same" in lines[2]


def test_one_lead_only_says_which_is_missing():
    screen = make_screen()
    gone = tuple(replace(a, verdict=Verdict.NOT_ASSESSED) for a in screen.asymmetries)
    left = tuple(t for t in screen.takes if t.lead is Side.LEFT)
    lines = in_short(replace(screen, asymmetries=gone, takes=left), WORDS)
    assert lines == (
        "2 videos were looked at.",
        "Only videos of the left side were usable, so the two sides could not be compared. "
        "Film the other side in the same way.",
    )
    assert in_short(replace(screen, asymmetries=gone, takes=()), WORDS)[-1].startswith("The two sides could not be")


def test_flags_come_first():
    assert in_short(make_screen(flags=True), WORDS)[0].startswith(
        "Something in your answers should be looked at first."
    )
