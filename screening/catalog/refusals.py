"""Both lines of an error in another language, from `data/LANGUAGE/refusals.yaml`.

May import: core, `catalog.language` and `catalog.loading`.

The program says its errors in English where they occur. What another language says is found by the shape of the
sentence when it is shown, so that an error that was stored yesterday, or crossed a process border, is read by each
reader in their own language.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from screening.catalog.language import DEFAULT_LANGUAGE, require_places, require_version
from screening.catalog.loading import fail, read_data, require_keys, require_text

FILE: Final = "refusals.yaml"
#: A place that is itself one of the sentences.
LINE: Final = "line"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One sentence: its shape in English, and what it reads in the other language."""

    en: str
    shape: re.Pattern[str]
    text: str


@dataclass(frozen=True, kw_only=True)
class Refusals:
    """Everything that a language has to say about errors, the most specific sentence first."""

    version: str
    words: Mapping[str, Mapping[str, str]]
    lines: tuple[Line, ...]

    def find(self, text: str) -> str | None:
        """Return an English sentence in this language, None if there is none of its shape."""
        for line in self.lines:
            match = line.shape.fullmatch(text)
            said = match and self._fill(line.text, match.groupdict())
            if said is not None:
                return said
        return None

    def _fill(self, text: str, values: Mapping[str, str]) -> str | None:
        """Fill the places; None if a place wants a sentence, and what stands there is none."""
        parts = []
        for before, name, group, _ in string.Formatter().parse(text):
            value: str | None = values[name] if name else ""
            if name and group == LINE:
                value = self.find(values[name])
            elif name and group:
                value = self.words[group].get(values[name], values[name])
            if value is None:
                return None
            parts += [before, value]
        return "".join(parts)


def in_language(lines: Sequence[str], language: str) -> tuple[str, ...]:
    """Say the lines of an error in a language; what it has no words for stays in English.

    Parameters
    ----------
    lines : sequence of str
        What was seen and what to do, in English, as `ScreeningError.lines` gives them.
    language : str
        Name of the language's folder.

    Examples
    --------
    >>> in_language(("No person in 212 of 300 frames (limit 60).", "Stand up."), "es")
    ('No se ve a ninguna persona en 212 de 300 fotogramas (límite: 60).', 'Stand up.')
    """
    if language == DEFAULT_LANGUAGE:
        return tuple(lines)
    known = load_refusals(language)
    return tuple(known.find(line) or line for line in lines)


@lru_cache(maxsize=8)
def load_refusals(language: str) -> Refusals:
    """Load what a language says about errors; one without a file says everything in English."""
    if not resources.files("screening").joinpath(f"data/{language}/{FILE}").is_file():
        return Refusals(version="", words={}, lines=())
    return parse_refusals(read_data(f"{language}/{FILE}"), file=f"{language}/{FILE}")


def parse_refusals(plain: Mapping[str, Any], *, file: str) -> Refusals:
    """Check what the file of a language holds, and make the shapes of its sentences."""
    held = require_keys(plain, ("version", "words", "lines"), file=file, at="(file)")
    words = {str(group): _words(inner, file=file, at=f"words.{group}") for group, inner in held["words"].items()}
    lines = [_line(row, words, file=file, at=f"lines[{k}]") for k, row in enumerate(held["lines"])]
    shapes = [line.shape.pattern for line in lines]
    for line in lines:
        if shapes.count(line.shape.pattern) > 1:
            raise fail(file, line.en, "the sentence is given twice")
    lines.sort(key=lambda line: -len(_plain(line.en)))
    return Refusals(version=require_version(held["version"], file=file), words=words, lines=tuple(lines))


def _words(plain: Any, *, file: str, at: str) -> dict[str, str]:
    inner = require_keys(plain, (), file=file, at=at, optional=tuple(plain))
    return {key: require_text(word, file=file, at=f"{at}.{key}") for key, word in inner.items()}


def _line(row: Any, words: Mapping[str, Any], *, file: str, at: str) -> Line:
    held = require_keys(row, ("en", "text"), file=file, at=at)
    en = require_text(held["en"], file=file, at=at)
    names = _names(require_places(en, _names(en), file=file, at=en))
    text = require_places(held["text"], names, file=file, at=en)
    if missing := sorted(set(names) - set(_names(text))):
        raise fail(file, en, f"the sentence lacks the places {missing}")
    groups = {group for _, name, group, _ in string.Formatter().parse(text) if name and group}
    if unknown := sorted(groups - {*words, LINE}):
        raise fail(file, en, f"there are no words {unknown}")
    return Line(en=en, shape=_shape(en), text=text)


def _names(sentence: str) -> list[str]:
    return re.findall(r"\{(\w+)", sentence)


def _plain(sentence: str) -> str:
    return re.sub(r"\{\w+\}", "", sentence)


def _shape(sentence: str) -> re.Pattern[str]:
    """Make the pattern of a sentence: its words as they are, something at each place."""
    parts = (
        re.escape(before) + (f"(?P<{name}>.+?)" if name else "")
        for before, name, _, _ in string.Formatter().parse(sentence)
    )
    return re.compile("".join(parts), re.DOTALL)
