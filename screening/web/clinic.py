"""Who may see the clinician's pages, and the short-lived grants by which their routes know it.

May import: Streamlit on demand, `store`, `core` and `web.session`.

Without a log-in whoever sits at this machine is the clinician; a page that other machines can reach shows nothing of
this to them. A person's screens are shown only as long as the person agrees that a clinician sees them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import Final

from screening.store import ConsentKind, ScreenRecord, Store
from screening.web.session import LOCAL

_HOURS: Final = 8
#: Made anew with each start of the program: old grants end with it.
_SECRET: Final = secrets.token_bytes(32)
_HERE: Final = (None, "127.0.0.1", "::1")


def clinician() -> str | None:
    """Give the id of the clinician who looks at the page, None for anybody else."""
    import streamlit as st  # noqa: PLC0415

    return LOCAL if st.context.ip_address in _HERE else None


def may_see(store: Store, person: str) -> bool:
    """Whether a person agrees that a clinician sees films and results."""
    return store.people.agrees(person, ConsentKind.SHARING)


def open_screen(store: Store, number: str) -> ScreenRecord | None:
    """Give a screen that a clinician may see, None if there is none."""
    found = store.screens.get(number)
    return found if found is not None and may_see(store, found.person) else None


def grant(what: str, who: str, *, now: float | None = None) -> str:
    """Allow `who` to fetch what belongs to `what` (the id of a screen or person) for some hours.

    Examples
    --------
    >>> holder("screen-1", grant("screen-1", "local"))
    'local'
    >>> holder("screen-2", grant("screen-1", "local")) is None
    True
    """
    until = int((time.time() if now is None else now) + 3600 * _HOURS)
    return f"{until}.{who}.{_seal(what, until, who)}"


def holder(what: str, given: str, *, now: float | None = None) -> str | None:
    """Give who holds a grant, None if it is not for this, or its time is over."""
    until, _, rest = given.partition(".")
    who, _, seal = rest.rpartition(".")
    # isdecimal alone would let other scripts' digits through to the comparison, which wants ASCII.
    if not (given.isascii() and until.isdecimal() and hmac.compare_digest(seal, _seal(what, int(until), who))):
        return None
    return who if int(until) > (time.time() if now is None else now) else None


def _seal(what: str, until: int, who: str) -> str:
    return hmac.new(_SECRET, f"{what}|{until}|{who}".encode(), hashlib.sha256).hexdigest()
