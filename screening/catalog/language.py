"""Pairs a catalogue file with its words in one language: `rules.yaml` with `en/rules.yaml`.

May import: core and `catalog.loading`, `catalog.sources`.

What is decided stands in the first file, what is said in the second, so that a further language is a further folder.
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

DEFAULT_LANGUAGE = "en"


def languages() -> tuple[str, ...]:
    """Languages that have a folder of words, in alphabetical order."""
    data = resources.files("screening").joinpath("data")
    return tuple(sorted(d.name for d in data.iterdir() if d.is_dir() and re.fullmatch("[a-z]{2}", d.name)))


def read_pair(file: str, language: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Read a catalogue file and its words; return both and the name of the words' file."""
    if language not in languages():
        raise ConfigError(f"There are no words in {language!r}; there are {list(languages())}.", hint="Choose one.")
    words = f"{language}/{file}"
    return read_data(file), read_data(words), words


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
