"""Pairs a catalogue file with its words in one language: `rules.yaml` with `en/rules.yaml`.

May import: core and `catalog.loading`, `catalog.sources`.

What is decided stands in the first file, what is said in the second, so that a further language is a further folder.
What a language has not yet got is said in English; a contract test finds it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Mapping
from importlib import resources
from typing import Any

from screening.catalog.loading import fail, read_data, require_keys, require_text
from screening.catalog.sources import load_sources
from screening.core.errors import ConfigError
from screening.core.settings import DEFAULT_LANGUAGE

__all__ = ["DEFAULT_LANGUAGE", "WordForms"]


class WordForms(str):
    """A word that has a second form beside masculine nouns, which a sentence asks for as `{side:m}`.

    It is made of what the catalogue holds: `izquierda|izquierdo`, or one form for both.

    Examples
    --------
    >>> "la cadera {side}, el pie {side:m}".format(side=WordForms("izquierda|izquierdo"))
    'la cadera izquierda, el pie izquierdo'
    >>> "the {side:m} foot".format(side=WordForms("left"))
    'the left foot'
    """

    __slots__ = ("_masculine",)
    _masculine: str

    def __new__(cls, written: str) -> WordForms:
        """Take the first form as the word itself."""
        first, _, second = written.partition("|")
        word = super().__new__(cls, first)
        word._masculine = second or first
        return word

    def __format__(self, spec: str) -> str:
        """Give the form that is asked for, otherwise what any text gives."""
        return self._masculine if spec == "m" else super().__format__(spec)


def languages() -> tuple[str, ...]:
    """Languages that have a folder of words, in alphabetical order."""
    data = resources.files("screening").joinpath("data")
    return tuple(sorted(d.name for d in data.iterdir() if d.is_dir() and re.fullmatch("[a-z]{2}", d.name)))


def read_pair(file: str, language: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Read a catalogue file and its words; return both and the name of the words' file."""
    if language not in languages():
        raise ConfigError(f"There are no words in {language!r}; there are {list(languages())}.", hint="Choose one.")
    return read_data(file), read_words(file, language), f"{language}/{file}"


def read_words(file: str, language: str) -> dict[str, Any]:
    """Read the words of one language; what it has not got is taken from English."""
    english = read_data(f"{DEFAULT_LANGUAGE}/{file}")
    if language == DEFAULT_LANGUAGE:
        return english
    return said_in(english, read_data(f"{language}/{file}"), file=f"{language}/{file}")


def said_in(english: Mapping[str, Any], words: Mapping[str, Any], *, file: str, at: str = "") -> dict[str, Any]:
    """Put the words of a language in the place of the English ones; a key that English has not got is refused."""
    unknown = sorted(str(key) for key in set(words) - set(english))
    if unknown:
        raise fail(file, at or "(file)", f"English has no {unknown}")
    out = dict(english)
    for key, value in words.items():
        inner = english[key]
        if isinstance(value, Mapping) and isinstance(inner, Mapping):
            out[key] = said_in(inner, value, file=file, at=f"{at}.{key}".lstrip("."))
        elif type(value) is not type(inner):
            raise fail(file, f"{at}.{key}".lstrip("."), f"must be of the same kind as in English, got {value!r}")
        else:
            out[key] = value
    return out


def require_version(value: Any, *, file: str) -> str:
    """Check the version of a catalogue file: year.month.number."""
    text = require_text(value, file=file, at="version")
    if not re.fullmatch(r"\d{4}\.\d{1,2}\.\d+", text):
        raise fail(file, "version", f"must read like 2026.11.1, got {text!r}")
    return text


def require_rows(value: Any, *, file: str, at: str) -> list[dict[str, Any]]:
    """Check that a value is a list of mappings with keys of their own, each key once."""
    if not isinstance(value, list) or not value:
        raise fail(file, at, "must be a list of entries")
    seen: set[str] = set()
    for row in value:
        key = row.get("key") if isinstance(row, Mapping) else None
        if not isinstance(key, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", key):
            raise fail(file, at, f"each entry needs a key in small letters, got {key!r}")
        if key in seen:
            raise fail(file, f"{at}.{key}", "the key is given twice")
        seen.add(key)
    return value


def require_words(value: Any, keys: Collection[str], *, file: str, at: str) -> dict[str, Any]:
    """Check that the words have exactly one entry for each key."""
    return require_keys(value, tuple(keys), file=file, at=at)


def require_texts(value: Any, *, file: str, at: str) -> tuple[str, ...]:
    """Check that a value is a list of texts, at least one."""
    if not isinstance(value, list) or not value:
        raise fail(file, at, f"must be a list of texts, got {value!r}")
    return tuple(require_text(item, file=file, at=at) for item in value)


def require_sources(value: Any, *, file: str, at: str) -> tuple[str, ...]:
    """Check that a value lists keys of `sources.yaml`, at least one."""
    keys = require_texts(value, file=file, at=at)
    unknown = sorted(set(keys) - set(load_sources()))
    if unknown:
        raise fail(file, at, f"no such sources: {unknown}")
    return keys


def require_one_of(value: Any, allowed: Collection[str], *, file: str, at: str) -> str:
    """Check that a value is one of some words."""
    if value not in allowed:
        raise fail(file, at, f"must be one of {sorted(allowed)}, got {value!r}")
    return str(value)


def require_number(value: Any, *, file: str, at: str) -> float:
    """Check that a value is a number of at least 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise fail(file, at, f"must be a number of at least 0, got {value!r}")
    return float(value)


def require_bool(value: Any, *, file: str, at: str) -> bool:
    """Check that a value is true or false."""
    if not isinstance(value, bool):
        raise fail(file, at, f"must be true or false, got {value!r}")
    return value


def require_places(value: Any, allowed: Collection[str], *, file: str, at: str) -> str:
    """Check a text and that it has no other places to fill than the ones allowed."""
    text = require_text(value, file=file, at=at)
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as err:
        raise fail(file, at, f"braces do not match: {err}") from err
    if not names <= set(allowed):
        raise fail(file, at, f"places {sorted(names - set(allowed))} are not among {sorted(allowed)}")
    return text
