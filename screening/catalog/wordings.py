"""Every sentence of the program by key, from `data/wordings.yaml`, checked when loaded.

May import: core, `catalog.language`, `catalog.loading` and `catalog.sources`.

The file holds units, signs and values too, with the English words; those of another language in `data/LANGUAGE` are
put in their place.
"""

from __future__ import annotations

import math
import string
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from screening.catalog.language import DEFAULT_LANGUAGE, WordForms, languages, said_in
from screening.catalog.loading import fail, read_data
from screening.catalog.schema import CheckText, SentenceText, parse_sections
from screening.catalog.sources import load_sources
from screening.core.datatypes import QualityCheck
from screening.core.errors import CatalogError, ConfigError
from screening.core.vocabulary import CheckLevel, Side, Verdict, View

FILE = "wordings.yaml"


@dataclass(frozen=True, kw_only=True)
class AngleText:
    """What one angle is called: in a table, in a narrow place, its sign, its zero, its group and plane."""

    label: str
    short: str
    sign: str
    zero: str
    group: str
    plane: str
    unit: str
    side: Side | None


@dataclass(frozen=True, kw_only=True)
class MetricText:
    """What one metric is called, its unit ("deg", "s", "pct"), whether its sign is shown, and a sentence about it."""

    label: str
    unit: str
    signed: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class Wordings:
    """All sentences, looked up by dotted key: `report.title`, `reason.gap`, `check.brightness.warning`."""

    file: str
    version: str
    words: Mapping[str, Mapping[str, str]]
    sentences: Mapping[str, SentenceText]
    checks: Mapping[str, CheckText]
    angles: Mapping[str, Mapping[str, Any]]
    metrics: Mapping[str, MetricText]
    cited: tuple[str, ...]
    language: str = DEFAULT_LANGUAGE

    def sentence(self, key: str, **values: object) -> str:
        """Return the sentence of a key with its values filled in.

        Parameters
        ----------
        key : str
            Dotted key, such as "reason.view_cannot_show".
        **values : object
            One for each placeholder; a view may be given by its name. NaN and None read "unknown".
        """
        entry = self.sentences.get(key)
        if entry is None:
            raise fail(self.file, key, "there is no such sentence")
        missing = sorted(set(entry.values) - set(values))
        if missing:
            raise fail(self.file, key, f"the sentence needs the values {missing}")
        return _Formatter(self.words["label"]["unknown_value"]).vformat(entry.text, (), values)

    def word(self, group: str, key: str) -> str:
        """Return a single word: `word("view", "back")` is "behind"; a side knows its form beside any noun."""
        try:
            return WordForms(self.words[group][str(key)])
        except KeyError as err:
            raise fail(self.file, f"words.{group}.{key}", "there is no such word") from err

    def view(self, view: View | str) -> str:
        """Return the words that follow "filmed from"."""
        return self.word("view", str(view))

    def source(self, source: str) -> str:
        """Return how something is known; cues without words of their own are shown as they are named."""
        return self.words["source"].get(source, source.replace("_", " "))

    def verdict(self, verdict: Verdict) -> tuple[str, str]:
        """Return label and explanation of a verdict."""
        return self.sentence(f"verdict.{verdict}.label"), self.sentence(f"verdict.{verdict}.text")

    def reason(self, key: str, *, angle: str = "", view: View | str = "") -> str:
        """Return why something is not assessed or a trend; `angle` is a column name, both may be left out."""
        label = self.angle(angle).label if angle in self.angle_names else self.word("label", "this")
        return self.sentence(key, angle=label, view=self.view(view) if view else self.word("label", "this_side"))

    def check(self, check: QualityCheck) -> str:
        """Return the sentence of a quality check at its level."""
        text = self._check_text(check.key)
        variant = str(check.level) if text.by == "level" else str(check.values.get(text.by, ""))
        return self.sentence(f"check.{check.key}.{variant}", **self._check_values(text, check.values))

    def check_title(self, key: str) -> str:
        """Return the heading of a quality check."""
        return self._check_text(key).title

    def check_advice(self, check: QualityCheck) -> str:
        """Return what to do better next time, empty if the check is fine."""
        return "" if check.level is CheckLevel.OK else self._check_text(check.key).advice

    def angle(self, name: str) -> AngleText:
        """Return the texts of an angle's column, such as `knee_flexion_left_deg`."""
        stem, side = split_side(name)
        entry = self.angles.get(stem)
        if entry is None or entry["sided"] != (side is not None):
            raise fail(self.file, f"angles.{name}", "there is no such angle")
        rest = {k: str(entry[k]) for k in ("sign", "zero", "group", "plane")}
        tail = f", {self.word('side', str(side))}" if side else ""
        short = f"{entry['short']} {self.word('side_short', str(side))}" if side else str(entry["short"])
        return AngleText(label=f"{entry['label']}{tail}", short=short, unit=_unit(stem), side=side, **rest)

    def angle_label(self, stem: str) -> str:
        """Return the label of an angle without its side; `stem` is the column's name without it."""
        return str(self.angles[stem]["label"])

    def metric(self, key: str) -> MetricText:
        """Return the texts of a metric."""
        if key not in self.metrics:
            raise fail(self.file, f"metrics.{key}", "there is no such metric")
        return self.metrics[key]

    @property
    def angle_names(self) -> tuple[str, ...]:
        """Names of all angle columns that have texts, left before right."""
        names = []
        for stem, entry in self.angles.items():
            head, _, unit = stem.rpartition("_")
            names += [f"{head}_{side}_{unit}" for side in Side] if entry["sided"] else [stem]
        return tuple(names)

    def _check_text(self, key: str) -> CheckText:
        if key not in self.checks:
            raise fail(self.file, f"checks.{key}", "there is no such check")
        return self.checks[key]

    def _check_values(self, text: CheckText, values: Mapping[str, object]) -> dict[str, object]:
        out = dict(values)
        for name, kind in text.values.items():
            if name in out and kind == "view":
                out[name] = self.view(str(out[name]))
            elif name in out and kind == "word" and name != text.by:
                out[name] = self.source(str(out[name]))
        return out


class _Formatter(string.Formatter):
    """Formats numbers as the sentence asks for, and says the word for what is unknown where there is none."""

    def __init__(self, unknown: str) -> None:
        self._unknown = unknown

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return self._unknown
        try:
            text = str(super().format_field(value, format_spec))
        except (TypeError, ValueError) as err:
            raise CatalogError(
                f"{FILE}: the value {value!r} does not fit the format {format_spec!r}",
                hint="This is a fault of the program; please report it with the command that led here.",
            ) from err
        return text[1:] if _is_negative_zero(text) else text


def _is_negative_zero(text: str) -> bool:
    return text.startswith("-") and set(text[1:]) <= set("0.")


def split_side(name: str) -> tuple[str, Side | None]:
    """Split an angle's column name into the name without a side, and the side.

    Examples
    --------
    >>> split_side("knee_flexion_left_deg")
    ('knee_flexion_deg', <Side.LEFT: 'left'>)
    >>> split_side("trunk_forward_lean_deg")
    ('trunk_forward_lean_deg', None)
    """
    parts = name.split("_")
    for side in Side:
        if len(parts) > 2 and parts[-2] == side.value:
            return "_".join([*parts[:-2], parts[-1]]), side
    return name, None


def _unit(name: str) -> str:
    return name.rpartition("_")[2]


@lru_cache(maxsize=8)
def load_wordings(language: str = DEFAULT_LANGUAGE) -> Wordings:
    """Load the sentences that come with the program, in one language."""
    if language not in languages():
        raise ConfigError(f"There are no words in {language!r}; there are {list(languages())}.", hint="Choose one.")
    plain, file = read_data(FILE), FILE
    if language != DEFAULT_LANGUAGE:
        file = f"{language}/{FILE}"
        plain = said_in(plain, read_data(file), file=file)
    return parse_wordings(plain, file=file, sources=load_sources(), language=language)


def parse_wordings(
    plain: Mapping[str, Any], *, file: str, sources: Container[str], language: str = DEFAULT_LANGUAGE
) -> Wordings:
    """Check what a wordings file holds and build its look-up; `sources` are the keys that may be cited."""
    sections = parse_sections(plain, file=file, sources=sources)
    metrics = {key: MetricText(**entry) for key, entry in sections.metrics.items()}
    return Wordings(
        file=file,
        version=sections.version,
        words=sections.words,
        sentences=sections.sentences,
        checks=sections.checks,
        angles=sections.angles,
        metrics=metrics,
        cited=sections.cited,
        language=language,
    )
