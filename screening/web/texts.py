"""Every sentence of the page, from `data/page_LANGUAGE.yaml`; what a language has not yet got is said in English.

May import: PyYAML and `core`.
"""

from __future__ import annotations

import string
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import yaml

from screening.core.errors import CatalogError

#: Languages that have a file; the first is the usual one.
LANGUAGES: Final = ("en", "es")


class Texts:
    """The page's sentences by key; calling it fills the places of one.

    Parameters
    ----------
    sentences : dict
        Sentence by `group.name`.
    language : str
        Language of the file, as in the address of web pages.

    Examples
    --------
    >>> Texts({"a.b": "{n} frames"})("a.b", n=3)
    '3 frames'
    """

    def __init__(self, sentences: dict[str, str], language: str = LANGUAGES[0]) -> None:
        self.sentences, self.language = sentences, language

    def __call__(self, key: str, **values: object) -> str:
        """Give one sentence with its places filled.

        Raises
        ------
        CatalogError
            If the key is unknown or a place stays empty.
        """
        if key not in self.sentences:
            raise CatalogError(f"{_file(self.language)}:{key} is missing.", hint="Add the sentence to the file.")
        sentence = self.sentences[key]
        missing = {name for _, name, _, _ in string.Formatter().parse(sentence) if name} - set(values)
        if missing:
            raise CatalogError(
                f"{_file(self.language)}:{key} needs {sorted(missing)}.", hint="Pass these values or change the text."
            )
        return sentence.format(**values)

    def group(self, name: str) -> dict[str, str]:
        """All sentences of one group by their short names, as written."""
        prefix = f"{name}."
        return {key.removeprefix(prefix): text for key, text in self.sentences.items() if key.startswith(prefix)}


def _file(language: str) -> str:
    return f"page_{language}.yaml"


@lru_cache(maxsize=8)
def load_texts(language: str = LANGUAGES[0]) -> Texts:
    """Read the file of one language.

    Raises
    ------
    CatalogError
        If there is none, or it is not groups of sentences.
    """
    if language not in LANGUAGES:
        raise CatalogError(f"There is no file {_file(language)}.", hint=f"Known languages: {', '.join(LANGUAGES)}.")
    usual = load_texts().sentences if language != LANGUAGES[0] else {}
    return Texts({**usual, **read_sentences(language)}, language)


def read_sentences(language: str) -> dict[str, str]:
    """Read what stands in the file of one language, by `group.name`."""
    file = _file(language)
    plain: Any = yaml.safe_load(resources.files("screening").joinpath(f"data/{file}").read_text(encoding="utf-8"))
    sentences: dict[str, str] = {}
    for group, members in plain.items():
        if not isinstance(members, dict):
            raise CatalogError(f"{file}:{group} must hold sentences by name.", hint="Indent them below the group.")
        for name, text in members.items():
            if not isinstance(text, str):
                raise CatalogError(f"{file}:{group}.{name} is not a text.", hint="Put it into quotes.")
            sentences[f"{group}.{name}"] = text
    return sentences
