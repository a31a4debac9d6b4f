"""The sentences of exports and reports, from `exchange`, `pdf`, `screen` and `take.yaml` in `data/LANGUAGE/`.

May import: catalog and the standard library.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from screening.catalog.language import DEFAULT_LANGUAGE, read_words
from screening.catalog.loading import fail, require_text

EXCHANGE: Final = "exchange"
PDF: Final = "pdf"
SCREEN: Final = "screen"
TAKE: Final = "take"


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Sentences by `group.key`; calling it fills the places of one."""

    file: str
    sentences: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Give one sentence with its places filled.

        Raises
        ------
        CatalogError
            If the key is unknown or a place stays empty.

        Examples
        --------
        >>> Texts(file="x.yaml", sentences={"a.b": "{n} takes"})("a.b", n=2)
        '2 takes'
        """
        if key not in self.sentences:
            raise fail(self.file, key, "there is no such sentence")
        sentence = self.sentences[key]
        missing = {name for _, name, _, _ in string.Formatter().parse(sentence) if name} - set(values)
        if missing:
            raise fail(self.file, key, f"the sentence needs the values {sorted(missing)}")
        return sentence.format(**values)

    def group(self, name: str) -> dict[str, str]:
        """All sentences of one group by their short names, as written."""
        prefix = f"{name}."
        return {key.removeprefix(prefix): text for key, text in self.sentences.items() if key.startswith(prefix)}


@lru_cache(maxsize=8)
def load_texts(kind: str, language: str = DEFAULT_LANGUAGE) -> Texts:
    """Load one of the files, `EXCHANGE`, `PDF`, `SCREEN` or `TAKE`; anything but groups of sentences is refused."""
    file = f"{language}/{kind}.yaml"
    sentences: dict[str, str] = {}
    for group, members in read_words(f"{kind}.yaml", language).items():
        if not isinstance(members, Mapping):
            raise fail(file, str(group), "must hold sentences by name")
        for name, text in members.items():
            if not isinstance(name, str):
                raise fail(file, f"{group}.{name}", "the key must be text (quote it)")
            sentences[f"{group}.{name}"] = require_text(text, file=file, at=f"{group}.{name}")
    return Texts(file=file, sentences=sentences)
