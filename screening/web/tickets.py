"""One-time permissions to upload, issued by the page and checked by the route.

May import: the standard library and `core`.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from screening.core.settings import DEFAULTS, WebSettings
from screening.jobs.queue import new_secret


class TicketState(Enum):
    """What has happened with a ticket."""

    FRESH = 1
    BUSY = 2
    USED = 3


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """Permission for one upload; `path` and `name` are known once it has arrived."""

    id: str
    secret: str
    expires: float
    state: TicketState = TicketState.FRESH
    path: Path | None = None
    name: str = ""


class Tickets:
    """All tickets of this server; the page's threads and the routes share it.

    Parameters
    ----------
    settings : WebSettings
        How long a ticket lives.
    clock : callable
        Seconds since the epoch.
    """

    def __init__(self, settings: WebSettings = DEFAULTS.web, clock: Callable[[], float] = time.time) -> None:
        self._settings, self._clock = settings, clock
        self._lock = threading.Lock()
        self._tickets: dict[str, Ticket] = {}

    def issue(self) -> Ticket:
        """Make a new ticket and drop those that are long over."""
        now = self._clock()
        ticket = Ticket(id=new_secret(), secret=new_secret(), expires=now + 60 * self._settings.ticket_minutes)
        forgotten = now - 3600 * self._settings.abandoned_hours
        with self._lock:
            self._tickets = {key: t for key, t in self._tickets.items() if t.expires > forgotten}
            self._tickets[ticket.id] = ticket
        return ticket

    def begin(self, ticket_id: str, secret: str) -> Ticket | None:
        """Reserve a ticket for one upload; None if it is unknown, wrong, expired or in use already."""
        with self._lock:
            ticket = self._tickets.get(ticket_id)
            if ticket is None or not hmac.compare_digest(ticket.secret.encode(), secret.encode()):
                return None
            if ticket.state is not TicketState.FRESH or ticket.expires < self._clock():
                return None
            self._tickets[ticket_id] = busy = replace(ticket, state=TicketState.BUSY)
            return busy

    def give_back(self, ticket: Ticket) -> None:
        """Let the ticket be used again, because nothing has arrived."""
        self._change(ticket, replace(ticket, state=TicketState.FRESH))

    def complete(self, ticket: Ticket, path: Path, name: str) -> bool:
        """Note where the upload lies; False if nobody wants it any more."""
        return self._change(ticket, replace(ticket, state=TicketState.USED, path=path, name=name))

    def _change(self, ticket: Ticket, changed: Ticket) -> bool:
        with self._lock:
            if ticket.id not in self._tickets:
                return False
            self._tickets[ticket.id] = changed
            return True

    def collect(self, ticket_id: str) -> Ticket | None:
        """Take an upload that has arrived out of the list; None if there is none."""
        with self._lock:
            ticket = self._tickets.get(ticket_id)
            if ticket is None or ticket.state is not TicketState.USED:
                return None
            return self._tickets.pop(ticket_id)

    def drop(self, ticket_id: str) -> None:
        """Forget a ticket and what came with it, now or later."""
        with self._lock:
            ticket = self._tickets.pop(ticket_id, None)
        if ticket is not None and ticket.path is not None:
            ticket.path.unlink(missing_ok=True)

    def is_alive(self, ticket_id: str) -> bool:
        """Whether an upload with this ticket can begin, goes on, or has arrived."""
        with self._lock:
            ticket = self._tickets.get(ticket_id)
            if ticket is None:
                return False
            return ticket.state is not TicketState.FRESH or ticket.expires >= self._clock()
