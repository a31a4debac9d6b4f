"""The page's sentences: all there, all used, places filled."""

import re
from pathlib import Path

import pytest

import screening.web
from screening.core.corrections import Border
from screening.core.errors import CatalogError
from screening.core.screen import FlagLevel
from screening.core.vocabulary import Quality, Side, View
from screening.jobs.take import OUTPUT_FILES
from screening.review.decisions import Choice
from screening.store import ConsentKind, Role, ScreenState
from screening.web.choices import LEADS, MIRRORED, MOVEMENTS, QUALITIES, VIEWS
from screening.web.components import read
from screening.web.framing_check import GOOD
from screening.web.framing_check import RULES as SAID_RULES
from screening.web.pages import people, review_first_look, review_parts
from screening.web.texts import load_texts

SAID = tuple(key for key, _ in SAID_RULES)

WEB = Path(screening.web.__file__).parent


def _used():
    literal = set()
    for path in WEB.rglob("*.py"):
        literal |= set(re.findall(r"[\"']([a-z_]+\.[a-z_]+)[\"']", path.read_text()))
    built = {
        *(f"movement.{name}" for name in MOVEMENTS),
        *(f"mirrored.{name}" for name in MIRRORED),
        *(f"view.{name}" for name in VIEWS),
        *(f"lead.{name}" for name in LEADS),
        *(f"quality.{name}" for name in QUALITIES),
        *(f"progress.{name}" for name in ("pose", "overlay")),
        *(f"report.{name.replace('.', '_')}" for name in OUTPUT_FILES),
    }
    built |= {f"account.role_{role}" for role in Role}
    built |= {f"consent.{kind}{end}" for kind in ConsentKind for end in ("", "_help")}
    built |= {f"{group}.{answer}" for group in ("consent", "intake") for answer in ("yes", "no")}
    built |= {f"flags.{level}_{part}" for level in FlagLevel for part in ("heading", "body")}
    built |= {f"framing.{key}" for key in (*SAID, GOOD, "dark", "nobody", "turn")}
    built |= {f"phone.{state}_{part}" for state in PHONE_ENDS for part in ("heading", "seen", "todo")}
    built |= {f"take.view_{view}" for view in View} | {
        f"take.{word}_{side}" for word in ("lead", "side") for side in Side
    }
    built |= _clinic()
    scripts = {
        "uploader": "upload",
        "sending": "upload",
        "recorder": "recorder",
        "phone": "phone",
        "review": "workspace",
    }
    for part, group in scripts.items():
        built |= {f"{group}.{name}" for name in re.findall(r"texts\.([a-z_]+)", read(part, "js"))}
    built |= {f"recorder.{name}" for name in RECORDER_BUTTONS} | {"recorder.back"}
    return literal, {key for key in built if key not in SHARED}


def _clinic():
    """Keys that the clinician's pages put together."""
    lists = {
        "clinic.state": ScreenState,
        "clinic.consent": ConsentKind,
        "clinic.attention": (*people._KNOWN, "other"),
        "workspace.border": Border,
        "review.blind": review_first_look.ANSWERS,
        "review.lead": (*Side, "both"),
        "review.told": review_parts.TOLD,
    }
    tables = {
        "review": ("metric", "left", "right", "difference", "interval", "smallest", "verdict", *Choice),
        "trends": ("date", "left", "right", "difference", "change", "smallest"),
    }
    return {f"{start}_{end}" for start, ends in lists.items() for end in ends} | {
        f"{group}.{name}" for group, names in tables.items() for name in names
    }


#: Parts of scripts whose words come from another group.
SHARED = {f"phone.{key}" for key in ("sending", "waiting", "error_empty", "error_large", "error_network")}
PHONE_ENDS = ("arrived", "used", "expired", "unknown", "lost")
RECORDER_BUTTONS = ("open", "record", "stop", "keep", "retake", "copy")


def test_every_sentence_is_used_and_none_is_missing():
    literal, built = _used()
    known = set(load_texts().sentences)
    groups = {key.partition(".")[0] for key in known}
    asked = built | {key for key in literal if key.partition(".")[0] in groups and not key.endswith((".csv", ".mp4"))}
    files = {"report.html", "report.pdf", "screen.json", "screen.toml"}
    assert asked - known - {"server.address", "server.port"} - files == set()
    assert known - asked == set()


def test_the_choices_cover_the_vocabulary():
    assert set(VIEWS.values()) == {None, *View}
    assert set(QUALITIES) == {str(quality) for quality in Quality}


def test_a_missing_sentence_or_place_is_an_error_of_the_file():
    texts = load_texts()
    with pytest.raises(CatalogError, match=r"no\.such"):
        texts("no.such")
    with pytest.raises(CatalogError, match="total"):
        texts("progress.pose", done=1)
    assert texts("progress.pose", done=1, total=2).endswith("1 of 2")


def test_the_promise_is_made():
    promise = load_texts()("site.promise").lower()
    assert "movement observation, never a diagnosis" in promise
    assert "nothing leaves this machine" in promise
