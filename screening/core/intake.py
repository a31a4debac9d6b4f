"""The questions of the intake, as the catalogue holds them in one language.

May import: the standard library and `core`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from screening.core.screen import Answer, FlagLevel
from screening.core.vocabulary import Side, Word


class QuestionKind(Word):
    """How a question is answered: what `answers[key]` holds is in brackets."""

    CHOICE = "choice"  # one of `options` (str)
    MULTI = "multi"  # any of `options` (tuple of str, in the order of the catalogue)
    SCALE = "scale"  # a number from `low` to `high`, asked in whole steps (int or float)
    NUMBER = "number"  # a number from `low` to `high` (int or float)
    YES_NO = "yes_no"  # bool
    TEXT = "text"  # free words (str)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question with its words in one language.

    `group` is the part of the form; `flag` the level of a safety question, which is raised by yes, None for others;
    `stops` marks what ends the takes when answered with yes; `text` is what is asked, `help` one line below it (may be
    empty), `labels` the words of each option, `said` what a report says when a flag or a stop was answered with yes.
    """

    key: str
    kind: QuestionKind
    group: str
    text: str
    help: str = ""
    options: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    flag: FlagLevel | None = None
    stops: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class Intake:
    """All questions in the order in which they are asked; `groups` holds the headings of the groups by key."""

    language: str
    groups: Mapping[str, str]
    questions: tuple[Question, ...]

    def question(self, key: str) -> Question:
        """Return one question; `KeyError` if there is none of this key."""
        return next(q for q in self.questions if q.key == key) if key in self.keys else self._missing(key)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all questions."""
        return tuple(q.key for q in self.questions)

    @staticmethod
    def _missing(key: str) -> Question:
        raise KeyError(key)


@dataclass(frozen=True, kw_only=True)
class AnswerCondition:
    """What an answer must be for something to hold.

    Either the answer is (or, for several choices, contains) one of `values`, or it is a number of at least `at_least`.
    The values "side" and "other" stand for the side that a rule is about and for the opposite one, also at the end of
    a word ("knee_side"); "yes" and "no" for the two answers of a yes-no question. A question that was not answered
    meets no condition.
    """

    question: str
    values: tuple[str, ...] = ()
    at_least: float | None = None

    @property
    def sided(self) -> bool:
        """Whether it depends on the side that a rule is about."""
        return any(_token(value) for value in self.values)

    def possible_values(self) -> set[str]:
        """All values that it may compare with, for both sides."""
        return {_of_side(value, side) for value in self.values for side in Side}

    def met_by(self, answers: Mapping[str, Answer], side: Side | None = None) -> bool:
        """Tell whether the answers meet it; without a `side`, values that name one are never met."""
        answer = answers.get(self.question)
        if answer is None:
            return False
        if self.at_least is not None:
            return isinstance(answer, (int, float)) and not isinstance(answer, bool) and answer >= self.at_least
        if isinstance(answer, bool):
            given: tuple[str, ...] = ("yes" if answer else "no",)
        else:
            given = tuple(str(a) for a in answer) if isinstance(answer, tuple) else (str(answer),)
        wanted = {_of_side(value, side) for value in self.values}
        return any(value in wanted for value in given)


def _token(value: str) -> str:
    """Return "side" or "other" if a value ends so, else nothing."""
    last = value.rpartition("_")[2]
    return last if last in ("side", "other") else ""


def _of_side(value: str, side: Side | None) -> str:
    token = _token(value)
    if not token:
        return value
    if side is None:
        return "(no side)"
    return value[: -len(token)] + str(side if token == "side" else side.other)
