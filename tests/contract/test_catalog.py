"""What the catalogue of rules, exercises and questions must keep in every language."""

import re
import string
from pathlib import Path

import pytest

from screening.catalog.exercises import load_exercises
from screening.catalog.intake import load_intake
from screening.catalog.language import languages
from screening.catalog.loading import read_data
from screening.catalog.plan import load_plan
from screening.catalog.protocols import load_protocols
from screening.catalog.rules import load_rule_words, load_rules
from screening.catalog.wordings import load_wordings
from screening.core.vocabulary import Side
from tests.contract.test_wording import FORBIDDEN

DATA = Path(__file__).parents[2] / "screening" / "data"
PAIRED = ("intake.yaml", "rules.yaml", "exercises.yaml", "plan.yaml", "protocols.yaml")
CHAIN = {
    "pelvis", "hip_internal_rotation", "hip_extension", "hip_flexors", "glute", "load_sharing", "lumbar_spine", "knee",
    "ankle", "foot", "opposite_si_joint", "pain_side",
}  # fmt: skip
#: Short common words of English that do not change with the side.
SIDE = re.compile(r"\b(left|right)\b", re.IGNORECASE)


@pytest.mark.parametrize("language", languages())
def test_every_language_has_every_file_and_loads(language):
    assert {name for name in PAIRED if (DATA / language / name).is_file()} == set(PAIRED)
    assert load_intake(language).questions
    assert load_rule_words(language).sentences
    assert load_exercises(language)
    assert load_plan(language).sentences
    assert load_protocols(language)


def test_every_link_of_the_chain_has_a_rule():
    assert {rule.link for rule in load_rules()} == CHAIN


def test_every_metric_of_a_rule_has_words_or_belongs_to_a_short_test():
    known = load_wordings().metrics
    needs = [need for rule in load_rules() for need in (*rule.needs, *rule.supports)]
    unknown = [need.metric for need in needs if need.metric not in known and need.movement in ("", "split_squat")]
    assert not unknown
    assert {need.movement for need in needs} <= {"", *load_protocols()}


def filled(rule, side):
    values = {"side": side, "other": side.other, "value": "7°"}
    return load_rule_words().sentence(rule.sentence, **values)


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.key)
def test_a_finding_reads_the_same_for_both_sides_with_the_sides_swapped(rule):
    left, right = filled(rule, Side.LEFT), filled(rule, Side.RIGHT)
    swap = {"left": "right", "right": "left"}
    assert SIDE.sub(lambda m: swap[m.group(0)], left) == right
    assert "{" not in left
    assert left[0].isupper()
    assert left.endswith(".")
    assert not FORBIDDEN.search(left)
    sided = bool(rule.needs) or any(condition.sided for condition in rule.when)
    assert bool(SIDE.search(left)) is sided


@pytest.mark.parametrize("rule", [r for r in load_rules() if r.needs], ids=lambda rule: rule.key)
def test_a_finding_from_the_video_says_how_much_or_which_side(rule):
    said = filled(rule, Side.RIGHT)
    assert "7°" in said or rule.link == "pain_side"
    assert "right" in said


def every_text(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from every_text(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from every_text(inner)


@pytest.mark.parametrize("name", PAIRED)
def test_texts_are_plain_short_and_without_loose_ends(name):
    for text in every_text(read_data(f"en/{name}")):
        assert text == text.strip()
        assert "  " not in text
        for sentence in re.split(r"(?<=[.!?]) ", text):
            assert len(sentence.split()) <= 32, sentence
        for _, place, _, _ in string.Formatter().parse(text):
            assert place is None or place.isidentifier()


def test_a_plan_offers_at_least_one_exercise_of_each_phase_in_the_general_set():
    assert {e.phase for e in load_exercises() if e.general} == {1, 2, 3}
