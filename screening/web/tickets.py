"""One-time permissions to upload, issued by the page and checked by the routes.

May import: the standard library and `core`.

A ticket is for one video: of the quick way, or of one take of one screen. Tickets are kept as small files beside the
uploads, so that an upload goes on after the program was started anew; the files hold no secret, only its hash.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, Final

from screening.core.settings import DEFAULTS, WebSettings
from screening.jobs.queue import new_secret

SUFFIX: Final = ".ticket"
#: Ending of a file that has not arrived as a whole.
PART: Final = ".part"


class TicketState(str, Enum):
    """What has happened with a ticket."""

    FRESH = "fresh"
    USED = "used"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """Permission for one upload.

    `secret` is known to whoever asked for the ticket and to nobody else. `screen` and `take` name what the video is
    for, empty in the quick way; `mirrored` what is known about its picture; `path` is known once it has arrived;
    `name` and `length` are those that the browser told; `who` is the id of whoever asked for it.
    """

    id: str
    secret_sha256: str
    expires: float
    secret: str = ""
    state: TicketState = TicketState.FRESH
    screen: str = ""
    take: str = ""
    mirrored: bool | None = None
    path: Path | None = None
    name: str = ""
    length: int = 0
    who: str = ""


class Tickets:
    """All tickets of this server; the page's threads and the routes share it.

    Parameters
    ----------
    settings : WebSettings
        How long a ticket lives.
    clock : callable
        Seconds since the epoch.
    folder : Path or None
        Where tickets outlive the program; None keeps them in memory.
    """

    def __init__(
        self,
        settings: WebSettings = DEFAULTS.web,
        clock: Callable[[], float] = time.time,
        folder: Path | None = None,
    ) -> None:
        self._settings, self._clock, self._folder = settings, clock, folder
        self._lock = threading.RLock()
        self._tickets: dict[str, Ticket] = {}
        self._busy: set[str] = set()

    def load(self) -> None:
        """Read what an earlier run of the program left; files that are no tickets are passed over."""
        if self._folder is None:
            return
        with self._lock:
            for path in self._folder.glob(f"*{SUFFIX}"):
                ticket = _read(path)
                if ticket is not None and ticket.id == path.stem:
                    self._tickets.setdefault(ticket.id, ticket)

    def issue(self, *, screen: str = "", take: str = "", mirrored: bool | None = None, who: str = "") -> Ticket:
        """Make a new ticket and drop those that are long over."""
        now = self._clock()
        secret = new_secret()
        ticket = Ticket(
            id=new_secret(),
            secret_sha256=_hash(secret),
            secret=secret,
            expires=now + 60 * self._settings.ticket_minutes,
            screen=screen,
            take=take,
            mirrored=mirrored,
            who=who,
        )
        forgotten = now - 3600 * self._settings.abandoned_hours
        with self._lock:
            for old in [t.id for t in self._tickets.values() if t.expires <= forgotten and t.id not in self._busy]:
                self._forget(old)
            self._put(ticket)
        return ticket

    def find(self, ticket_id: str, secret: str) -> Ticket | None:
        """Look up a ticket by its secret, whatever has happened with it; its state may then be `expired`."""
        with self._lock:
            ticket = self._tickets.get(ticket_id)
            if ticket is None or not hmac.compare_digest(ticket.secret_sha256, _hash(secret)):
                return None
            if ticket.state is TicketState.FRESH and ticket.expires < self._clock():
                return replace(ticket, state=TicketState.EXPIRED)
            return ticket

    def permits(self, ticket_id: str, secret: str) -> bool:
        """Whether somebody with this secret could upload now or goes on uploading."""
        ticket = self.find(ticket_id, secret)
        return ticket is not None and ticket.state is TicketState.FRESH

    def begin(self, ticket_id: str, secret: str, *, name: str = "", length: int = 0) -> Ticket | None:
        """Reserve a ticket for one upload; None if it is unknown, wrong, over or in use already.

        Notes
        -----
        An upload that has begun may go on as long again after every try, so that a lost connection costs nothing.
        """
        with self._lock:
            ticket = self.find(ticket_id, secret)
            if ticket is None or ticket.state is not TicketState.FRESH or ticket_id in self._busy:
                return None
            later = max(ticket.expires, self._clock() + 60 * self._settings.ticket_minutes)
            ticket = replace(ticket, name=name, length=length, expires=later)
            self._put(ticket)
            self._busy.add(ticket_id)  # only now: on a full disk the ticket stays as it was
            return ticket

    def is_busy(self, ticket_id: str) -> bool:
        """Whether bytes are arriving with this ticket right now."""
        with self._lock:
            return ticket_id in self._busy

    def pause(self, ticket: Ticket) -> bool:
        """Let the ticket be used again, because not everything has arrived; False if nobody wants it any more."""
        with self._lock:
            self._busy.discard(ticket.id)
            return ticket.id in self._tickets

    def complete(self, ticket: Ticket, path: Path | None) -> bool:
        """Note where the upload lies; False if nobody wants it any more."""
        with self._lock:
            self._busy.discard(ticket.id)
            if ticket.id not in self._tickets:
                return False
            self._put(replace(ticket, state=TicketState.USED, path=path))
            return True

    def collect(self, ticket_id: str, secret: str) -> Ticket | None:
        """Take an upload of the quick way that has arrived out of the list; None if there is none."""
        with self._lock:
            ticket = self.find(ticket_id, secret)
            if ticket is None or ticket.state is not TicketState.USED or ticket.path is None:
                return None
            self._forget(ticket_id)
            return ticket

    def drop(self, ticket_id: str) -> None:
        """Forget a ticket and what came with it, now or later."""
        with self._lock:
            ticket = self._tickets.get(ticket_id)
            self._forget(ticket_id)
            writing = ticket_id in self._busy  # then whoever writes notices in the end, and removes it
        if ticket is not None and ticket.path is not None:
            ticket.path.unlink(missing_ok=True)
        if ticket is not None and self._folder is not None and not writing:
            (self._folder / f"{ticket_id}{PART}").unlink(missing_ok=True)

    def is_alive(self, ticket_id: str) -> bool:
        """Whether an upload with this ticket can begin, goes on, or has arrived and waits to be collected."""
        with self._lock:
            ticket = self._tickets.get(ticket_id)
            if ticket is None:
                return False
            if ticket.state is TicketState.USED:
                return ticket.path is not None
            return ticket_id in self._busy or ticket.expires >= self._clock()

    def _put(self, ticket: Ticket) -> None:
        if self._folder is not None:
            part = self._folder / f"{ticket.id}.writing"
            part.write_text(json.dumps(_plain(ticket)), encoding="utf-8")
            part.replace(self._folder / f"{ticket.id}{SUFFIX}")
        self._tickets[ticket.id] = replace(ticket, secret="")

    def _forget(self, ticket_id: str) -> None:
        known = self._tickets.pop(ticket_id, None)
        if known is not None and self._folder is not None:
            (self._folder / f"{ticket_id}{SUFFIX}").unlink(missing_ok=True)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _plain(ticket: Ticket) -> dict[str, Any]:
    plain = asdict(ticket)
    plain.pop("secret")
    return plain | {"state": ticket.state.value, "path": str(ticket.path) if ticket.path else ""}


def _read(path: Path) -> Ticket | None:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        state, where = TicketState(plain.pop("state")), plain.pop("path")
        return Ticket(**plain, state=state, path=Path(where) if where else None)
    except (OSError, ValueError, KeyError, TypeError):
        return None
