"""The shape of `data/wordings.yaml`: which keys each section has, and which placeholders a sentence may hold.

May import: core and `catalog.loading`.
"""

from __future__ import annotations

import string
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from screening.catalog.loading import fail, require_keys, require_text
from screening.core.vocabulary import CheckLevel, Phase, Plane, Side, Verdict, View

SECTIONS = ("version", "words", "verdicts", "checks", "reasons", "angles", "metrics", "report", "cited")
KINDS = ("number", "word", "view")
UNITS = ("deg", "s", "pct")
ANGLE_KEYS = ("label", "short", "sign", "zero", "group", "plane", "sided")
WORD_GROUPS: Mapping[str, tuple[str, ...]] = {
    "side": tuple(Side),
    "side_short": tuple(Side),
    "view": tuple(View),
    "view_short": tuple(View),
    "phase": tuple(Phase),
    "phase_of_leg": tuple(Phase),
    "level": tuple(CheckLevel),
    "movement": (),
    "group": (),
    "source": (),
    "unit": UNITS,
    "compared": (*Side, "difference", "value"),
    "label": (),
}


@dataclass(frozen=True, kw_only=True)
class SentenceText:
    """A sentence and the names of its placeholders."""

    text: str
    values: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class CheckText:
    """What belongs to a quality check: its heading, its advice, its values and what selects the sentence."""

    title: str
    advice: str
    values: Mapping[str, str]
    by: str


@dataclass(frozen=True, kw_only=True)
class Sections:
    """The checked content of a wordings file."""

    version: str
    words: Mapping[str, Mapping[str, str]]
    checks: Mapping[str, CheckText]
    angles: Mapping[str, Mapping[str, Any]]
    metrics: Mapping[str, Mapping[str, Any]]
    cited: tuple[str, ...]
    sentences: dict[str, SentenceText] = field(default_factory=dict)


def parse_sections(plain: Mapping[str, Any], *, file: str, sources: Container[str]) -> Sections:
    """Check every section; the first fault is raised as `CatalogError` with file and key.

    `sources` are the keys that may be cited.
    """
    top = require_keys(plain, SECTIONS, file=file, at="(file)")
    words = _words(top["words"], file)
    sentences: dict[str, SentenceText] = {}
    checks = _checks(top["checks"], file, sentences)
    _reasons(top["reasons"], file, sentences)
    _verdicts(top["verdicts"], file, sentences)
    for key, text in _mapping(top["report"], file, "report").items():
        sentences[f"report.{key}"] = _sentence(text, file=file, at=f"report.{key}")
    return Sections(
        version=require_text(top["version"], file=file, at="version"),
        words=words,
        checks=checks,
        angles=_angles(top["angles"], file, words),
        metrics=_metrics(top["metrics"], file),
        cited=_cited(top["cited"], file, sources),
        sentences=sentences,
    )


def _mapping(plain: Any, file: str, at: str) -> dict[str, Any]:
    if not isinstance(plain, Mapping):
        raise fail(file, at, "must hold keys and values")
    odd = [key for key in plain if not isinstance(key, str)]
    if odd:
        raise fail(file, at, f"keys must be text (quote them), got {odd}")
    return dict(plain)


def _sentence(text: Any, *, file: str, at: str, allowed: frozenset[str] | None = None) -> SentenceText:
    checked = require_text(text, file=file, at=at)
    try:
        names = frozenset(name for _, name, _, _ in string.Formatter().parse(checked) if name is not None)
    except ValueError as err:
        raise fail(file, at, f"braces do not match: {err}") from err
    odd = sorted(n for n in names if not n.isidentifier() or (allowed is not None and n not in allowed))
    if odd:
        raise fail(file, at, f"placeholders {odd} are not among the values {sorted(allowed or ())}")
    return SentenceText(text=checked, values=names)


def _words(plain: Any, file: str) -> dict[str, dict[str, str]]:
    groups = require_keys(plain, tuple(WORD_GROUPS), file=file, at="words")
    out: dict[str, dict[str, str]] = {}
    for group, expected in WORD_GROUPS.items():
        entries = _mapping(groups[group], file, f"words.{group}")
        if expected:
            require_keys(entries, [str(e) for e in expected], file=file, at=f"words.{group}")
        out[group] = {k: require_text(v, file=file, at=f"words.{group}.{k}") for k, v in entries.items()}
    return out


def _checks(plain: Any, file: str, sentences: dict[str, SentenceText]) -> dict[str, CheckText]:
    out: dict[str, CheckText] = {}
    levels = tuple(str(level) for level in CheckLevel)
    for key, entry in _mapping(plain, file, "checks").items():
        at = f"checks.{key}"
        by_level = not (isinstance(entry, Mapping) and "by" in entry)
        variants = levels if by_level else ("by", "texts")
        row = require_keys(entry, ("title", "values", "next", *variants), file=file, at=at)
        values = {k: str(v) for k, v in _mapping(row["values"], file, f"{at}.values").items()}
        if set(values.values()) - set(KINDS):
            raise fail(file, f"{at}.values", f"each value must be one of {KINDS}")
        texts = {level: row[level] for level in levels} if by_level else _mapping(row["texts"], file, f"{at}.texts")
        _check_sentences(key, texts, values, file, sentences, selector=None if by_level else str(row["by"]))
        title, advice = (require_text(row[k], file=file, at=f"{at}.{k}") for k in ("title", "next"))
        by = "level" if by_level else str(row["by"])
        out[key] = CheckText(title=title, advice=advice, values=values, by=by)
    return out


def _check_sentences(
    key: str,
    texts: Mapping[str, Any],
    values: Mapping[str, str],
    file: str,
    sentences: dict[str, SentenceText],
    *,
    selector: str | None,
) -> None:
    used: set[str] = set() if selector is None else {selector}
    for variant, text in texts.items():
        entry = _sentence(text, file=file, at=f"checks.{key}.{variant}", allowed=frozenset(values))
        sentences[f"check.{key}.{variant}"] = entry
        used |= entry.values
    if used != set(values):
        raise fail(file, f"checks.{key}.values", f"no sentence holds the values {sorted(set(values) ^ used)}")


def _reasons(plain: Any, file: str, sentences: dict[str, SentenceText]) -> None:
    for key, entry in _mapping(plain, file, "reasons").items():
        at = f"reasons.{key}"
        row = require_keys(entry, ("values", "text"), file=file, at=at)
        sentence = _sentence(row["text"], file=file, at=at, allowed=frozenset(row["values"]))
        if sentence.values != set(row["values"]):
            raise fail(file, at, f"the sentence lacks the values {sorted(set(row['values']) - sentence.values)}")
        sentences[f"reason.{key}"] = sentence


def _verdicts(plain: Any, file: str, sentences: dict[str, SentenceText]) -> None:
    rows = require_keys(plain, [str(v) for v in Verdict], file=file, at="verdicts")
    for key, entry in rows.items():
        row = require_keys(entry, ("label", "text"), file=file, at=f"verdicts.{key}")
        for name, text in row.items():
            at = f"verdicts.{key}.{name}"
            sentences[f"verdict.{key}.{name}"] = _sentence(text, file=file, at=at, allowed=frozenset())


def _angles(plain: Any, file: str, words: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for key, entry in _mapping(plain, file, "angles").items():
        at = f"angles.{key}"
        row = require_keys(entry, ANGLE_KEYS, file=file, at=at)
        for name in ("label", "short", "sign", "zero"):
            require_text(row[name], file=file, at=f"{at}.{name}")
        if row["group"] not in words["group"] or row["plane"] not in [str(p) for p in Plane]:
            raise fail(file, at, "group must be among words.group and plane an anatomical plane")
        if not isinstance(row["sided"], bool) or key.rpartition("_")[2] not in UNITS:
            raise fail(file, at, "sided must be true or false and the name must end in a unit")
        out[key] = row
    return out


def _metrics(plain: Any, file: str) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for key, entry in _mapping(plain, file, "metrics").items():
        row = require_keys(entry, ("label", "unit", "signed", "text"), file=file, at=f"metrics.{key}")
        for name in ("label", "text"):
            require_text(row[name], file=file, at=f"metrics.{key}.{name}")
        if row["unit"] not in UNITS or not isinstance(row["signed"], bool):
            raise fail(file, f"metrics.{key}", f"unit must be one of {UNITS} and signed true or false")
        out[key] = row
    return out


def _cited(plain: Any, file: str, sources: Container[str]) -> tuple[str, ...]:
    if not isinstance(plain, list) or len(set(plain)) != len(plain):
        raise fail(file, "cited", "must be a list without repetitions")
    unknown = [key for key in plain if key not in sources]
    if unknown:
        raise fail(file, "cited", f"no source has the keys {unknown}")
    return tuple(plain)
