"""Who may see the clinician's pages, and what of it.

May import: `store`, `web.access` and `web.session`.

A person's screens are shown only as long as the person agrees that a clinician sees them.
"""

from __future__ import annotations

from screening.store import ConsentKind, ScreenRecord, Store
from screening.web.access import grant, visitor
from screening.web.session import site

__all__ = ["clinician", "grant", "is_hidden", "may_see", "open_screen"]


def clinician() -> str | None:
    """Give the id of the clinician who looks at the page, None for anybody else."""
    found = visitor(site())
    return found.id if found is not None and found.reviews else None


def may_see(store: Store, person: str) -> bool:
    """Whether a person agrees that a clinician sees films and results."""
    return store.people.agrees(person, ConsentKind.SHARING)


def is_hidden(store: Store, person: str) -> bool:
    """Whether a person wants their head blurred in everything that is shown; films themselves are not shown then."""
    return store.people.agrees(person, ConsentKind.BLURRED)


def open_screen(store: Store, number: str) -> ScreenRecord | None:
    """Give a screen that a clinician may see, None if there is none."""
    found = store.screens.get(number)
    return found if found is not None and may_see(store, found.person) else None
