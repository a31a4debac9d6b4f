"""The catalogue in one language, as the report of a whole screen needs it, and its shortest look-ups.

May import: catalog, core and the sibling file `texts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from screening.catalog import Wordings, load_wordings
from screening.catalog.exercises import load_exercises
from screening.catalog.intake import load_intake
from screening.catalog.language import DEFAULT_LANGUAGE
from screening.catalog.plan import load_plan
from screening.catalog.rules import RuleWords, load_rule_words
from screening.core.exercises import Exercise
from screening.core.intake import Intake
from screening.core.screen import Asymmetry, ScreenResult
from screening.core.vocabulary import Side
from screening.report.texts import PDF, SCREEN, Texts, load_texts

#: The movement whose sides are sets with one leg in front; in all others they are limbs.
LEG_IN_FRONT: Final = "split_squat"


@dataclass(frozen=True, kw_only=True)
class Words:
    """Everything a screen is put into words with, in one language.

    `texts` are the sentences that all reports share, `say` those of the screen's summary and page.
    """

    wordings: Wordings
    texts: Texts
    say: Texts
    intake: Intake
    exercises: Mapping[str, Exercise]
    rules: RuleWords
    phases: Mapping[int, str]


def load_words(language: str = DEFAULT_LANGUAGE) -> Words:
    """Load everything a screen is put into words with."""
    return Words(
        wordings=load_wordings(language),
        texts=load_texts(PDF, language),
        say=load_texts(SCREEN, language),
        intake=load_intake(language),
        exercises={e.key: e for e in load_exercises(language)},
        rules=load_rule_words(language),
        phases=load_plan(language).phases,
    )


def metric_label(key: str, wordings: Wordings) -> str:
    """Name of a metric; its key where the catalogue has none."""
    return wordings.metric(key).label if key in wordings.metrics else key.rpartition("_")[0].replace("_", " ")


def compared_label(a: Asymmetry, words: Words) -> str:
    """Name of what is compared, with its movement where it is not the main one."""
    label = metric_label(a.metric, words.wordings)
    if a.movement == LEG_IN_FRONT:
        return label
    return words.say("said.short_movement", label=label, movement=movement_word(a.movement, words))


def plain_name(key: str, words: Words) -> str:
    """Name of a metric in the middle of a sentence for somebody who is not in the field."""
    return words.say.sentences.get(f"name.{key}") or metric_label(key, words.wordings)


def movement_word(movement: str, words: Words) -> str:
    """Name of a movement; its key where the catalogue has none."""
    return words.wordings.words["movement"].get(movement, movement.replace("_", " "))


def side_word(side: Side, words: Words) -> str:
    """The word of a side."""
    return words.wordings.word("side", str(side))


def exercise_name(key: str, words: Words) -> str:
    """Name of an exercise; its key where the catalogue has none."""
    return words.exercises[key].name if key in words.exercises else key.replace("_", " ")


def link_name(link: str, words: Words) -> str:
    """Name of a link of the chain."""
    key = f"links.{link}"
    return words.rules.sentence(key) if key in words.rules.sentences else link.replace("_", " ")


def reason_text(key: str, result: ScreenResult) -> str:
    """The sentence of a reason as the result carries it."""
    return result.sentences.get(key, key)


def capital(text: str) -> str:
    """A sentence with a capital in front.

    Examples
    --------
    >>> capital("the pelvis stays level.")
    'The pelvis stays level.'
    """
    return text[:1].upper() + text[1:]
