"""How each movement is filmed, from `data/protocols.yaml`.

May import: core, `catalog.language` and `catalog.loading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from screening.catalog.language import (
    DEFAULT_LANGUAGE,
    read_pair,
    require_bool,
    require_number,
    require_one_of,
    require_places,
    require_rows,
    require_sources,
    require_texts,
    require_version,
    require_words,
)
from screening.catalog.loading import fail, require_keys, require_text
from screening.core.exercises import Camera, Drawing, Prompt, Protocol, ProtocolTake

FILE = "protocols.yaml"
KEYS = ("key", "short", "practice", "reps", "still_s", "tempo", "sources", "takes", "prompts")
WORDS = ("name", "purpose", "setup", "steps", "takes", "prompts")
TEMPO = ("down_s", "hold_s", "up_s")


@lru_cache(maxsize=8)
def load_protocols(language: str = DEFAULT_LANGUAGE) -> Mapping[str, Protocol]:
    """Load the protocols by movement, in the order in which a full screen films them."""
    plain, words, words_file = read_pair(FILE, language)
    return parse_protocols(plain, words, words_file=words_file)


def parse_protocols(plain: Mapping[str, Any], words: Mapping[str, Any], *, words_file: str) -> dict[str, Protocol]:
    """Check both files and build the protocols; the first fault is a `CatalogError` with file and key."""
    top = require_keys(plain, ("version", "protocols"), file=FILE, at="(file)")
    require_version(top["version"], file=FILE)
    rows = require_rows(top["protocols"], file=FILE, at="protocols")
    said = require_keys(words, ("common", "protocols"), file=words_file, at="(file)")
    texts = require_words(said["protocols"], [row["key"] for row in rows], file=words_file, at="protocols")
    common = require_keys(said["common"], ("clothing", "camera", "avoid"), file=words_file, at="common")
    return {row["key"]: _protocol(row, texts[row["key"]], common, words_file) for row in rows}


def _protocol(row: Mapping[str, Any], words: Any, common: Mapping[str, Any], words_file: str) -> Protocol:
    at = f"protocols.{row['key']}"
    entry = require_keys(row, KEYS, file=FILE, at=at)
    said = require_keys(words, WORDS, file=words_file, at=at)
    tempo = require_keys(entry["tempo"], TEMPO, file=FILE, at=f"{at}.tempo")
    return Protocol(
        movement=entry["key"],
        in_short_screen=require_bool(entry["short"], file=FILE, at=at),
        practice=int(require_number(entry["practice"], file=FILE, at=f"{at}.practice")),
        reps=int(require_number(entry["reps"], file=FILE, at=f"{at}.reps")),
        still_s=require_number(entry["still_s"], file=FILE, at=f"{at}.still_s"),
        down_s=require_number(tempo["down_s"], file=FILE, at=at),
        hold_s=require_number(tempo["hold_s"], file=FILE, at=at),
        up_s=require_number(tempo["up_s"], file=FILE, at=at),
        sources=require_sources(entry["sources"], file=FILE, at=at),
        takes=_takes(entry["takes"], said["takes"], at, words_file),
        name=require_text(said["name"], file=words_file, at=at),
        purpose=require_text(said["purpose"], file=words_file, at=at),
        setup=_sided(said["setup"], words_file, f"{at}.setup"),
        steps=_sided(said["steps"], words_file, f"{at}.steps"),
        camera=require_texts(common["camera"], file=words_file, at="common.camera"),
        clothing=require_text(common["clothing"], file=words_file, at="common.clothing"),
        avoid=require_texts(common["avoid"], file=words_file, at="common.avoid"),
        prompts=_prompts(entry["prompts"], said["prompts"], at, words_file),
    )


def _sided(value: Any, file: str, at: str) -> tuple[str, ...]:
    """Texts that may hold {side}, the leg in front or the leg that moves."""
    return tuple(require_places(text, ("side",), file=file, at=at) for text in require_texts(value, file=file, at=at))


def _takes(value: Any, words: Any, at: str, words_file: str) -> tuple[ProtocolTake, ...]:
    rows = require_rows(value, file=FILE, at=f"{at}.takes")
    texts = require_words(words, [row["key"] for row in rows], file=words_file, at=f"{at}.takes")
    out = []
    for row in rows:
        entry = require_keys(row, ("key", "camera", "per_side", "picture"), optional=("optional",), file=FILE, at=at)
        text = require_text(texts[entry["key"]], file=words_file, at=f"{at}.takes.{entry['key']}")
        picture = require_text(entry["picture"], file=FILE, at=f"{at}.takes.{entry['key']}")
        out.append(
            ProtocolTake(
                camera=Camera(require_one_of(entry["camera"], tuple(Camera), file=FILE, at=at)),
                per_side=require_bool(entry["per_side"], file=FILE, at=at),
                optional=require_bool(entry.get("optional", False), file=FILE, at=at),
                drawing=Drawing(file=f"filming_{picture}.svg", caption=text),
                text=text,
            )
        )
    return tuple(out)


def _prompts(value: Any, words: Any, at: str, words_file: str) -> tuple[Prompt, ...]:
    rows = require_rows(value, file=FILE, at=f"{at}.prompts")
    texts = require_words(words, [row["key"] for row in rows], file=words_file, at=f"{at}.prompts")
    out = []
    for row in rows:
        entry = require_keys(row, ("key", "seconds"), file=FILE, at=f"{at}.prompts")
        where = f"{at}.prompts.{entry['key']}"
        said = require_keys(texts[entry["key"]], ("spoken", "written"), file=words_file, at=where)
        spoken = require_places(said["spoken"], ("side",), file=words_file, at=where)
        written = require_places(said["written"], ("side",), file=words_file, at=where)
        seconds = require_number(entry["seconds"], file=FILE, at=where)
        out.append(Prompt(key=entry["key"], spoken=spoken, written=written, seconds=seconds))
    if not out:
        raise fail(FILE, at, "there are no prompts")
    return tuple(out)
