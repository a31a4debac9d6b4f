"""The rules along the chain, from `data/rules.yaml`, and their words.

May import: core, `catalog.intake`, `catalog.language` and `catalog.loading`.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from screening.catalog.intake import load_intake, parse_condition
from screening.catalog.language import (
    DEFAULT_LANGUAGE,
    WordForms,
    read_pair,
    require_one_of,
    require_places,
    require_rows,
    require_sources,
    require_texts,
    require_version,
    require_words,
)
from screening.catalog.loading import fail, read_data, require_keys, require_text
from screening.core.intake import AnswerCondition
from screening.core.rules import About, Direction, Need, Rule, Sign
from screening.core.screen import Confidence
from screening.core.vocabulary import Side

FILE = "rules.yaml"
KEYS = ("key", "link", "about", "cap", "sources")
OPTIONAL = ("needs", "at_least", "supports", "when", "for", "against")
#: Places of the sentences around a finding.
AROUND = {
    "possible": (),
    "clear": (),
    "from_intake": (),
    "speaks_for": ("answers",),
    "speaks_against": ("answers",),
    "supported": ("metrics",),
    "not_assessed": ("reason",),
    "nothing": (),
}


@dataclass(frozen=True, kw_only=True)
class RuleWords:
    """Every sentence about findings in one language: `rules.KEY`, `findings.KEY`, `links.KEY`; sides as words."""

    file: str
    language: str
    sentences: Mapping[str, str]
    sides: Mapping[str, str]

    def sentence(self, key: str, **values: object) -> str:
        """Return the sentence of a key with its places filled; a `Side` is filled as its word.

        Raises
        ------
        CatalogError
            If the key is unknown or a place stays empty.
        """
        if key not in self.sentences:
            raise fail(self.file, key, "there is no such sentence")
        text = self.sentences[key]
        missing = sorted({name for _, name, _, _ in string.Formatter().parse(text) if name} - set(values))
        if missing:
            raise fail(self.file, key, f"the sentence needs the values {missing}")
        filled = {name: self.sides[value] if isinstance(value, Side) else value for name, value in values.items()}
        return text.format(**filled)

    def word(self, group: str, key: str) -> str:
        """Return a single word: `word("side", "left")`."""
        if group != "side" or str(key) not in self.sides:
            raise fail(self.file, f"words.{group}.{key}", "there is no such word")
        return self.sides[str(key)]

    def link(self, key: str) -> str:
        """Return the heading of a link of the chain."""
        return self.sentence(f"links.{key}")


@lru_cache(maxsize=1)
def load_rules() -> tuple[Rule, ...]:
    """Load all rules: those that a video can show in the order of the chain, then those from the intake alone."""
    return parse_rules(read_data(FILE))


@lru_cache(maxsize=8)
def load_rule_words(language: str = DEFAULT_LANGUAGE) -> RuleWords:
    """Load the words of the rules in one language."""
    plain, words, words_file = read_pair(FILE, language)
    return parse_rule_words(words, parse_rules(plain), plain["links"], file=words_file, language=language)


def parse_rules(plain: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Check the rules file and build its rules."""
    top = require_keys(plain, ("version", "links", "rules"), file=FILE, at="(file)")
    require_version(top["version"], file=FILE)
    links = require_texts(top["links"], file=FILE, at="links")
    rules = tuple(_rule(row, links) for row in require_rows(top["rules"], file=FILE, at="rules"))
    silent = sorted(set(links) - {rule.link for rule in rules})
    if silent:
        raise fail(FILE, "links", f"no rule belongs to {silent}")
    return tuple(sorted(rules, key=lambda rule: rule.from_intake))


def _rule(row: Mapping[str, Any], links: tuple[str, ...]) -> Rule:
    at = f"rules.{row['key']}"
    entry = require_keys(row, KEYS, optional=OPTIONAL, file=FILE, at=at)
    needs = tuple(_need(need, at) for need in entry.get("needs", ()))
    if not needs and not entry.get("when"):
        raise fail(FILE, at, "a rule needs differences or answers")
    at_least = entry.get("at_least")
    if at_least is not None and not (isinstance(at_least, int) and 1 <= at_least <= len(needs)):
        raise fail(FILE, at, f"at_least must be 1 to {len(needs)}, got {at_least!r}")
    if not needs and entry["cap"] != "low":
        raise fail(FILE, at, "a rule from the intake alone is of low confidence")
    return Rule(
        key=entry["key"],
        link=require_one_of(entry["link"], links, file=FILE, at=at),
        needs=needs,
        at_least=at_least,
        supports=tuple(_need(need, at) for need in entry.get("supports", ())),
        when=_conditions(entry.get("when", ()), at),
        about=About(require_one_of(entry["about"], tuple(About), file=FILE, at=at)),
        for_answers=_conditions(entry.get("for", ()), at),
        against_answers=_conditions(entry.get("against", ()), at),
        sentence=f"rules.{entry['key']}",
        cap=Confidence(require_one_of(entry["cap"], tuple(Confidence), file=FILE, at=at)),
        sources=require_sources(entry["sources"], file=FILE, at=at),
    )


def _need(value: Any, at: str) -> Need:
    entry = require_keys(value, ("metric", "is"), optional=("sign", "movement"), file=FILE, at=at)
    return Need(
        metric=require_text(entry["metric"], file=FILE, at=at),
        direction=Direction(require_one_of(entry["is"], tuple(Direction), file=FILE, at=at)),
        sign=Sign(require_one_of(entry.get("sign", "any"), tuple(Sign), file=FILE, at=at)),
        movement=str(entry.get("movement", "")),
    )


def _conditions(values: Any, at: str) -> tuple[AnswerCondition, ...]:
    return tuple(parse_condition(value, load_intake(), file=FILE, at=at) for value in values)


def parse_rule_words(
    words: Mapping[str, Any], rules: tuple[Rule, ...], links: list[str], *, file: str, language: str
) -> RuleWords:
    """Check the words of the rules: one sentence for each, with the places that its rule can fill."""
    top = require_keys(words, ("words", "links", "findings", "rules"), file=file, at="(file)")
    sides = require_words(
        require_keys(top["words"], ("side",), file=file, at="words")["side"], list(Side), file=file, at="words.side"
    )
    said = {
        f"links.{key}": require_text(text, file=file, at=f"links.{key}")
        for key, text in require_words(top["links"], links, file=file, at="links").items()
    }
    around = require_words(top["findings"], AROUND, file=file, at="findings")
    said |= {f"findings.{k}": require_places(around[k], AROUND[k], file=file, at=f"findings.{k}") for k in AROUND}
    texts = require_words(top["rules"], [rule.key for rule in rules], file=file, at="rules")
    for rule in rules:
        sided = bool(rule.needs) or any(condition.sided for condition in rule.when)
        places = ("side", "other") if sided else ()
        places = (*places, "value") if rule.needs else places
        said[rule.sentence] = require_places(texts[rule.key], places, file=file, at=rule.sentence)
    forms = {str(key): WordForms(str(word)) for key, word in sides.items()}
    return RuleWords(file=file, language=language, sentences=said, sides=forms)
