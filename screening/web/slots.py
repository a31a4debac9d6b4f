"""The takes that a screen asks for, each with a short key that fits into an address and a ticket.

May import: `catalog`, `core`, records of the `store` and `web.texts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from screening.catalog.language import WordForms
from screening.core.exercises import Protocol, ProtocolTake
from screening.core.screen import TakeEntry
from screening.core.vocabulary import Side, View
from screening.store import TakeRecord
from screening.web.texts import LANGUAGES, Texts, load_texts


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One take that is asked for: which movement, leg in front and view; `take` says how it is filmed."""

    protocol: Protocol
    take: ProtocolTake
    lead: Side | None
    view: View

    @property
    def key(self) -> str:
        """Word for addresses and tickets, for example `split_squat.left.back`."""
        return f"{self.protocol.movement}.{self.lead.value if self.lead else 'any'}.{self.view.value}"


def slots_of(protocols: Iterable[Protocol], *, whole: bool = False) -> tuple[Slot, ...]:
    """Give all takes in the order of filming, first the left leg in front; without `whole` only the short screen.

    Optional takes belong to the whole screen only.
    """
    return tuple(
        Slot(protocol=protocol, take=take, lead=lead, view=take.view(lead))
        for protocol in protocols
        if whole or protocol.in_short_screen
        for take in protocol.takes
        if whole or not take.optional
        for lead in ((Side.LEFT, Side.RIGHT) if take.per_side else (None,))
    )


def take_entry(key: str, mirrored: bool | None = None) -> TakeEntry:
    """Turn a slot's key into what is declared about a take; an empty key declares nothing.

    Examples
    --------
    >>> entry = take_entry("split_squat.left.back")
    >>> entry.movement, entry.lead.value, entry.view.value
    ('split_squat', 'left', 'back')
    >>> take_entry("").view is None
    True
    """
    if not key:
        return TakeEntry(video="", mirrored=mirrored)
    movement, lead, view = key.split(".")
    side = Side(lead) if lead != "any" else None
    return TakeEntry(video="", movement=movement, lead=side, view=View(view), mirrored=mirrored)


def entry_key(movement: str, lead: Side | None, view: View | None) -> str:
    """Key of the slot that a take fills, empty if its view was not declared.

    Examples
    --------
    >>> entry_key("split_squat", Side.RIGHT, View.RIGHT)
    'split_squat.right.right'
    """
    return f"{movement}.{lead.value if lead else 'any'}.{view.value}" if view else ""


def find_slot(slots: Sequence[Slot], key: str) -> Slot | None:
    """Give the slot of this key."""
    return next((slot for slot in slots if slot.key == key), None)


@lru_cache(maxsize=8)
def screen_slots(language: str = LANGUAGES[0]) -> tuple[Slot, ...]:
    """Give the takes of the short screen with their words in one language."""
    from screening.catalog.protocols import load_protocols  # noqa: PLC0415

    return slots_of(load_protocols(language).values())


def slot_label(slot: Slot, texts: Texts) -> str:
    """Name one take for a reader: movement, leg in front, and where the camera stands."""
    view = texts(f"take.view_{slot.view.value}")
    if slot.lead is None:
        return texts("take.label", movement=slot.protocol.name, view=view)
    lead = texts(f"take.lead_{slot.lead.value}")
    return texts("take.label_lead", movement=slot.protocol.name, lead=lead, view=view)


def name_label(name: str, entry: TakeEntry | TakeRecord, language: str = LANGUAGES[0]) -> str:
    """Name a take that was filmed as its slot is named; a take that none asked for keeps its own name.

    A second film of the same kind keeps its number, as in `split_squat_left_back_2`.
    """
    slot = find_slot(screen_slots(language), entry_key(entry.movement, entry.lead, entry.view))
    if slot is None:
        return name.replace("_", " ").capitalize()
    number = name.rpartition("_")[2]
    return slot_label(slot, load_texts(language)) + (f" ({number})" if number.isdigit() else "")


def filled(text: str, slot: Slot, texts: Texts) -> str:
    """Put the word of the leg that a take is about into one of its texts."""
    return text.format(side=WordForms(texts(f"take.side_{slot.lead.value}") if slot.lead else ""))


def take_label(key: str, language: str = LANGUAGES[0]) -> str:
    """Name the take of a key, or any take of the screen if the key is empty."""
    slot = find_slot(screen_slots(language), key)
    texts = load_texts(language)
    return slot_label(slot, texts) if slot else texts("take.any")
