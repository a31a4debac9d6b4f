"""The exercises, from `data/exercises.yaml`.

May import: core, `catalog.intake`, `catalog.language`, `catalog.loading` and `catalog.rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from screening.catalog.intake import load_intake, parse_condition
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
from screening.catalog.rules import load_rules
from screening.core.exercises import Contraindication, Drawing, Exercise, Grade, SideRule

FILE = "exercises.yaml"
KEYS = ("key", "phase", "answers", "leave_out", "grade", "sources", "pictures")
WORDS = ("name", "purpose", "side_text", "setup", "dose", "tempo", "easier", "harder")
LISTS = ("steps", "cues", "errors", "stop")
PHASES = (1, 2, 3)


@lru_cache(maxsize=8)
def load_exercises(language: str = DEFAULT_LANGUAGE) -> tuple[Exercise, ...]:
    """Load all exercises with their words in one language, in the order of the phases."""
    plain, words, words_file = read_pair(FILE, language)
    return parse_exercises(plain, words, words_file=words_file)


def parse_exercises(plain: Mapping[str, Any], words: Mapping[str, Any], *, words_file: str) -> tuple[Exercise, ...]:
    """Check both files and build the exercises; the first fault is a `CatalogError` with file and key."""
    top = require_keys(plain, ("version", "exercises"), file=FILE, at="(file)")
    require_version(top["version"], file=FILE)
    rows = require_rows(top["exercises"], file=FILE, at="exercises")
    said = require_keys(words, ("reasons", "exercises"), file=words_file, at="(file)")
    texts = require_words(said["exercises"], [row["key"] for row in rows], file=words_file, at="exercises")
    used = {item.get("reason") for row in rows for item in row.get("leave_out", ())}
    reasons = require_words(said["reasons"], used, file=words_file, at="reasons")
    exercises = [_exercise(row, texts[row["key"]], reasons, words_file) for row in rows]
    return tuple(sorted(exercises, key=lambda e: e.phase))


def _exercise(row: Mapping[str, Any], words: Any, reasons: Mapping[str, Any], words_file: str) -> Exercise:
    at = f"exercises.{row['key']}"
    entry = require_keys(row, KEYS, optional=("general",), file=FILE, at=at)
    if entry["phase"] not in PHASES or not isinstance(entry["pictures"], int):
        raise fail(FILE, at, f"phase must be one of {PHASES}, pictures a whole number")
    general = require_bool(entry.get("general", False), file=FILE, at=at)
    answers = _answers(entry["answers"], at)
    if not answers and not general:
        raise fail(FILE, at, "it answers no rule and is not part of the general set")
    grade = Grade(require_one_of(entry["grade"], tuple(Grade), file=FILE, at=at))
    sources = require_sources(entry["sources"], file=FILE, at=at)
    if "expert_opinion" in sources and grade is not Grade.D:
        raise fail(FILE, at, "an opinion is of grade D")
    said = require_keys(words, (*WORDS, *LISTS, "pictures"), optional=("note",), file=words_file, at=at)
    texts: dict[str, Any] = {name: require_text(said[name], file=words_file, at=f"{at}.{name}") for name in WORDS}
    texts |= {name: require_texts(said[name], file=words_file, at=f"{at}.{name}") for name in LISTS}
    return Exercise(
        key=entry["key"],
        phase=entry["phase"],
        answers=answers,
        general=general,
        grade=grade,
        sources=sources,
        contraindications=tuple(_contraindication(item, reasons, at) for item in entry["leave_out"]),
        drawings=_drawings(entry["key"], entry["pictures"], said["pictures"], words_file),
        note=str(said.get("note", "")),
        **texts,
    )


def _answers(value: Any, at: str) -> dict[str, SideRule]:
    rules = {rule.key for rule in load_rules()}
    if not isinstance(value, Mapping) or not set(value) <= rules:
        raise fail(FILE, at, f"answers must name rules, got {value!r}")
    return {
        key: SideRule(require_one_of(side, tuple(SideRule), file=FILE, at=f"{at}.answers.{key}"))
        for key, side in value.items()
    }


def _contraindication(value: Any, reasons: Mapping[str, Any], at: str) -> Contraindication:
    entry = require_keys(value, ("reason",), optional=("answer", "finding"), file=FILE, at=at)
    if ("answer" in entry) == ("finding" in entry):
        raise fail(FILE, at, "what leaves an exercise out is either an answer or a finding")
    reason = require_text(reasons[entry["reason"]], file=FILE, at=f"{at}.{entry['reason']}")
    if "finding" in entry:
        if entry["finding"] not in {rule.key for rule in load_rules()}:
            raise fail(FILE, at, f"there is no rule {entry['finding']!r}")
        return Contraindication(reason=reason, finding=entry["finding"])
    return Contraindication(reason=reason, answer=parse_condition(entry["answer"], load_intake(), file=FILE, at=at))


def _drawings(key: str, count: int, captions: Any, words_file: str) -> tuple[Drawing, ...]:
    texts = require_texts(captions, file=words_file, at=f"exercises.{key}.pictures")
    if len(texts) != count:
        raise fail(words_file, f"exercises.{key}.pictures", f"there are {count} pictures and {len(texts)} captions")
    return tuple(Drawing(file=f"{key}_{n}.svg", caption=text) for n, text in enumerate(texts, start=1))


def read_drawing(drawing: Drawing) -> str:
    """Read the SVG of one picture."""
    path = resources.files("screening").joinpath("data").joinpath("drawings").joinpath(drawing.file)
    try:
        return path.read_text(encoding="utf-8")
    except OSError as err:
        raise fail("drawings", drawing.file, "the picture is missing from the installed program") from err
