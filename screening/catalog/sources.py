"""The sources that reports cite, from `data/sources.yaml`.

May import: core and `catalog.loading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from screening.catalog.loading import fail, read_data, require_keys, require_text
from screening.core.settings import DEFAULT_LANGUAGE

FILE = "sources.yaml"
KINDS = ("doi", "arxiv", "issue", "pmc", "none")
CHECKED = ("read", "memory", "own")
KEYS = ("key", "title", "authors", "year", "kind", "identifier", "says", "checked")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source: who, when, what, and what is taken from it."""

    key: str
    title: str
    authors: str
    year: int
    kind: str
    identifier: str
    says: str
    checked: str

    @property
    def citation(self) -> str:
        """One line as printed in a report; identifiers as text, never as a link.

        Examples
        --------
        >>> Source(key="a", title="T", authors="A B", year=2001, kind="doi", identifier="10.1/2", says="s",
        ...        checked="read").citation
        'A B (2001). T. doi:10.1/2'
        """
        head = f"{self.authors} ({self.year}). {self.title}."
        return head if self.kind == "none" else f"{head} {self.kind}:{self.identifier}"


@lru_cache(maxsize=8)
def load_sources(language: str = DEFAULT_LANGUAGE) -> Mapping[str, Source]:
    """Load all sources by key, in the order of the file; what is said about them in one language."""
    sources = parse_sources(read_data(FILE), file=FILE)
    if language == DEFAULT_LANGUAGE:
        return sources
    file = f"{language}/{FILE}"
    said = require_keys(read_data(file), ("sources",), file=file, at="(file)")["sources"]
    words = require_keys(said, (), optional=tuple(sources), file=file, at="sources")
    for key, texts in words.items():
        named = require_keys(texts, ("says",), optional=("title", "authors"), file=file, at=key)
        checked: dict[str, Any] = {n: require_text(text, file=file, at=f"{key}.{n}") for n, text in named.items()}
        sources[key] = replace(sources[key], **checked)
    return sources


def parse_sources(plain: Mapping[str, Any], *, file: str) -> dict[str, Source]:
    """Check what a source file holds and build its entries."""
    rows = require_keys(plain, ("sources",), file=file, at="(file)")["sources"]
    if not isinstance(rows, list):
        raise fail(file, "sources", "must be a list")
    out: dict[str, Source] = {}
    for number, row in enumerate(rows, start=1):
        source = _source(row, file=file, number=number)
        if source.key in out:
            raise fail(file, source.key, "the key is given twice")
        out[source.key] = source
    return out


def _source(row: Any, *, file: str, number: int) -> Source:
    at = str(row.get("key", f"entry {number}")) if isinstance(row, Mapping) else f"entry {number}"
    entry = require_keys(row, KEYS, file=file, at=at)
    for name in ("key", "title", "authors", "says"):
        require_text(entry[name], file=file, at=f"{at}.{name}")
    if entry["kind"] not in KINDS or entry["checked"] not in CHECKED:
        raise fail(file, at, f"kind must be one of {KINDS} and checked one of {CHECKED}")
    if not isinstance(entry["year"], int) or not isinstance(entry["identifier"], str):
        raise fail(file, at, "year must be a whole number and identifier text (quote it)")
    if (entry["kind"] == "none") != (entry["identifier"] == ""):
        raise fail(file, at, "identifier must be given unless kind is none")
    return Source(**entry)
