"""The questions of the intake, from `data/intake.yaml`, and the check of what somebody answered.

May import: core, `catalog.language` and `catalog.loading`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from screening.catalog.language import (
    DEFAULT_LANGUAGE,
    read_pair,
    require_bool,
    require_one_of,
    require_rows,
    require_sources,
    require_texts,
    require_version,
    require_words,
)
from screening.catalog.loading import fail, require_keys, require_text
from screening.core.errors import ConfigError
from screening.core.intake import AnswerCondition, Intake, Question, QuestionKind
from screening.core.screen import Answer, FlagLevel

FILE = "intake.yaml"
#: Longest free text that is kept, in characters.
MAX_TEXT = 500
WITH_OPTIONS = (QuestionKind.CHOICE, QuestionKind.MULTI)
WITH_RANGE = (QuestionKind.SCALE, QuestionKind.NUMBER)


@lru_cache(maxsize=8)
def load_intake(language: str = DEFAULT_LANGUAGE) -> Intake:
    """Load all questions with their words in one language."""
    plain, words, words_file = read_pair(FILE, language)
    return parse_intake(plain, words, language=language, words_file=words_file)


def parse_intake(plain: Mapping[str, Any], words: Mapping[str, Any], *, language: str, words_file: str) -> Intake:
    """Check both files and build the questions; the first fault is a `CatalogError` with file and key."""
    top = require_keys(plain, ("version", "sources", "questions"), file=FILE, at="(file)")
    require_version(top["version"], file=FILE)
    require_sources(top["sources"], file=FILE, at="sources")
    rows = require_rows(top["questions"], file=FILE, at="questions")
    said = require_keys(words, ("groups", "questions"), file=words_file, at="(file)")
    texts = require_words(said["questions"], [row["key"] for row in rows], file=words_file, at="questions")
    questions = tuple(_question(row, texts[row["key"]], words_file) for row in rows)
    groups = require_words(said["groups"], {q.group for q in questions}, file=words_file, at="groups")
    headings = {key: require_text(text, file=words_file, at=f"groups.{key}") for key, text in groups.items()}
    return Intake(language=language, groups=headings, questions=questions)


def _question(row: Mapping[str, Any], words: Any, words_file: str) -> Question:
    at = f"questions.{row['key']}"
    entry = require_keys(
        row, ("key", "kind", "group"), optional=("options", "range", "level", "stops"), file=FILE, at=at
    )
    kind = QuestionKind(require_one_of(entry["kind"], tuple(QuestionKind), file=FILE, at=at))
    if ("options" in entry) != (kind in WITH_OPTIONS) or ("range" in entry) != (kind in WITH_RANGE):
        raise fail(FILE, at, "choice and multi need options, scale and number need a range, others have neither")
    if kind is not QuestionKind.YES_NO and ("level" in entry or "stops" in entry):
        raise fail(FILE, at, "only a yes-no question has a level or stops a take")
    options = require_texts(entry["options"], file=FILE, at=at) if "options" in entry else ()
    if AnswerCondition(question=row["key"], values=options).sided:
        raise fail(FILE, at, "options must not end in side or other: in conditions these words stand for a side")
    low, high = _range(entry["range"], at) if "range" in entry else (None, None)
    level = FlagLevel(require_one_of(entry["level"], tuple(FlagLevel), file=FILE, at=at)) if "level" in entry else None
    stops = require_bool(entry.get("stops", False), file=FILE, at=at)
    needed = ["text", *(["labels"] if options else []), *(["said"] if level or stops else [])]
    said = require_keys(words, needed, optional=("help",), file=words_file, at=at)
    labels = require_words(said.get("labels", {}), options, file=words_file, at=f"{at}.labels")
    return Question(
        key=entry["key"],
        kind=kind,
        group=require_text(entry["group"], file=FILE, at=at),
        text=require_text(said["text"], file=words_file, at=at),
        help=str(said.get("help", "")),
        options=options,
        low=low,
        high=high,
        flag=level,
        stops=stops,
        labels={key: require_text(text, file=words_file, at=f"{at}.labels.{key}") for key, text in labels.items()},
        said=str(said.get("said", "")),
    )


def _range(value: Any, at: str) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(v, (int, float)) for v in value):
        raise fail(FILE, at, f"range must hold two numbers, got {value!r}")
    return float(value[0]), float(value[1])


def parse_condition(value: Any, intake: Intake, *, file: str, at: str) -> AnswerCondition:
    """Read `{question: KEY, is: [values]}` or `{question: KEY, at_least: number}` and check it against the intake."""
    entry = require_keys(value, ("question",), optional=("is", "at_least"), file=file, at=at)
    if entry["question"] not in intake.keys:
        raise fail(file, at, f"there is no question {entry['question']!r}")
    question = intake.question(entry["question"])
    if ("is" in entry) == ("at_least" in entry) or ("at_least" in entry) != (question.kind in WITH_RANGE):
        raise fail(file, at, f"{question.key} is a {question.kind}: give `is` for words, `at_least` for numbers")
    if "at_least" in entry:
        return AnswerCondition(question=question.key, at_least=float(entry["at_least"]))
    condition = AnswerCondition(question=question.key, values=require_texts(entry["is"], file=file, at=at))
    possible = {"yes", "no"} if question.kind is QuestionKind.YES_NO else set(question.options)
    if not condition.possible_values() <= possible:
        raise fail(file, at, f"{question.key} can be {sorted(possible)}, got {list(condition.values)}")
    return condition


def check_answers(intake: Intake, raw: Mapping[str, Any]) -> dict[str, Answer]:
    """Check what was answered and bring it into the form of each question.

    Parameters
    ----------
    intake : Intake
        The questions.
    raw : mapping
        Answers by question as they came from a file or a form; questions may be left out.

    Returns
    -------
    dict
        Answers in the order of the questions: words as str, several as tuple, numbers as int or float, yes-no as bool.

    Raises
    ------
    ConfigError
        For an unknown key (naming the closest known one) or a value that is not allowed (naming what is).
    """
    for key in raw:
        if key not in intake.keys:
            close = difflib.get_close_matches(str(key), intake.keys, n=1, cutoff=0.5)
            hint = f"Did you mean {close[0]!r}?" if close else f"Questions are: {', '.join(intake.keys)}."
            raise ConfigError(f"intake: there is no question {key!r}.", hint=hint)
    return {q.key: _answer(q, raw[q.key]) for q in intake.questions if q.key in raw}


def _answer(question: Question, value: Any) -> Answer:
    kind = question.kind
    if kind is QuestionKind.YES_NO and isinstance(value, bool):
        return value
    if kind is QuestionKind.CHOICE and value in question.options:
        return str(value)
    if kind is QuestionKind.MULTI and isinstance(value, (list, tuple)) and all(v in question.options for v in value):
        return tuple(option for option in question.options if option in value)
    if kind is QuestionKind.TEXT and isinstance(value, str) and len(value) <= MAX_TEXT:
        return value.strip()
    if kind in WITH_RANGE and isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(question, value)
    raise _not_allowed(question, value)


def _number(question: Question, value: float) -> int | float:
    low, high = question.low, question.high
    if low is None or high is None or not low <= value <= high:
        raise _not_allowed(question, value)
    return int(value) if value == round(value) else float(value)


def _not_allowed(question: Question, value: Any) -> ConfigError:
    if question.kind is QuestionKind.YES_NO:
        allowed = "true or false"
    elif question.kind is QuestionKind.TEXT:
        allowed = f"text of up to {MAX_TEXT} characters"
    elif question.kind in WITH_RANGE:
        allowed = f"a number from {question.low:g} to {question.high:g}"
    else:
        several = "a list of " if question.kind is QuestionKind.MULTI else "one of "
        allowed = several + ", ".join(question.options)
    hint = f"Write {question.key} = {allowed}."
    if isinstance(value, str) and (close := difflib.get_close_matches(value, question.options, n=1)):
        hint = f"Did you mean {close[0]!r}? {hint}"
    return ConfigError(f"intake.{question.key}: {value!r} is not allowed; needed is {allowed}.", hint=hint)
