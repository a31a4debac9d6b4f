"""Limits and sentences of a plan, from `data/plan.yaml`.

May import: core, `catalog.language` and `catalog.loading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from screening.catalog.language import (
    DEFAULT_LANGUAGE,
    read_pair,
    require_number,
    require_places,
    require_sources,
    require_texts,
    require_version,
    require_words,
)
from screening.catalog.loading import require_keys, require_text
from screening.core.exercises import PlanPolicy
from screening.core.screen import FlagLevel

FILE = "plan.yaml"
PHASES = (1, 2, 3)
#: Sentences of a plan and their places.
PLACES: Mapping[str, tuple[str, ...]] = {
    **{f"flag_{level}": ("said",) for level in FlagLevel},
    "stopped": ("said",),
    "take_pain": ("take", "pain", "limit"),
    "pain_before": ("pain", "limit"),
    "wait": ("pain", "limit"),
    "general": (),
    "targeted": (),
    "how": ("start",),
    "how_general": ("start",),
    "too_many": (),
    "nothing_left": (),
}


@lru_cache(maxsize=8)
def load_plan(language: str = DEFAULT_LANGUAGE) -> PlanPolicy:
    """Load the limits of a plan with its sentences in one language."""
    plain, words, words_file = read_pair(FILE, language)
    return parse_plan(plain, words, words_file=words_file)


def parse_plan(plain: Mapping[str, Any], words: Mapping[str, Any], *, words_file: str) -> PlanPolicy:
    """Check both files and build the policy; the first fault is a `CatalogError` with file and key."""
    top = require_keys(
        plain, ("version", "max_take_pain", "max_start_pain", "max_items", "sources"), file=FILE, at="(file)"
    )
    require_version(top["version"], file=FILE)
    said = require_keys(words, ("phases", "stop_rules", "sentences"), file=words_file, at="(file)")
    phases = require_words(said["phases"], [f"phase_{k}" for k in PHASES], file=words_file, at="phases")
    sentences = require_words(said["sentences"], PLACES, file=words_file, at="sentences")
    checked = {
        key: require_places(sentences[key], places, file=words_file, at=f"sentences.{key}")
        for key, places in PLACES.items()
    }
    start = require_number(top["max_start_pain"], file=FILE, at="max_start_pain")
    rules = require_texts(said["stop_rules"], file=words_file, at="stop_rules")
    return PlanPolicy(
        max_take_pain=require_number(top["max_take_pain"], file=FILE, at="max_take_pain"),
        max_start_pain=start,
        max_items=int(require_number(top["max_items"], file=FILE, at="max_items")),
        sources=require_sources(top["sources"], file=FILE, at="sources"),
        phases={k: require_text(phases[f"phase_{k}"], file=words_file, at=f"phases.{k}") for k in PHASES},
        stop_rules=tuple(
            require_places(rule, ("start",), file=words_file, at="stop_rules").format(start=start) for rule in rules
        ),
        sentences=checked,
    )
