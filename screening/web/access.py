"""Who asks, and what they may see: visitors, their roles, and the short-lived grants by which routes know them.

May import: Streamlit on demand, Starlette's types, `store`, `jobs`, `core`, `web.log_in` and `web.session`.

Without `[auth]` (see `log_in`) whoever sits at this machine may do everything, and a key in the address opens a screen.
With it everybody logs in, a first log-in may do nothing before an admin gives it a role, and a key alone opens nothing:

    person     their own screens and videos
    clinician  screens of people who agreed to it, and those begun here with their key
    admin      the same, and everybody's role

Routes cannot see `st.user`. Pages give them grants: for one object, one user and the log-in cookie of one browser,
sealed, over after some hours, with the log-out, or when the user has no role any more.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from screening.jobs.queue import Job
from screening.store import Role, ScreenRecord, Store
from screening.web.log_in import LogIn
from screening.web.session import LOCAL, Site

if TYPE_CHECKING:
    from starlette.requests import Request

#: Somebody at another machine who need not log in.
GUEST: Final = "guest"
REVIEWERS: Final = (Role.CLINICIAN, Role.ADMIN)
#: Streamlit's log-in cookie; a long one goes on in NAME_1, NAME_2.
_COOKIE: Final = "_streamlit_user"
_HOURS: Final = 8
#: Made anew with each start of the program: old grants end with it.
_SECRET: Final = secrets.token_bytes(32)
#: Grants that were used, with the address that they were used for, the oldest first.
_LOOKS: Final[dict[tuple[str, str], None]] = {}
#: Log-ins that were ended.
_LEFT: Final[dict[str, None]] = {}
_MAX_KEPT: Final = 10_000
_LOCK: Final = threading.Lock()
_HERE: Final = (None, "127.0.0.1", "::1")
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody who looks at the page; `id` goes into the audit, `name` is only shown."""

    id: str
    role: Role
    name: str = ""

    @property
    def reviews(self) -> bool:
        """Whether the clinician's pages are open."""
        return self.role in REVIEWERS

    @property
    def is_known(self) -> bool:
        """Whether an admin has given this visitor a role."""
        return self.role is not Role.NONE


def subject_of(claims: Mapping[str, Any]) -> str:
    """Name of a user that no other provider gives away too, empty if these claims name nobody.

    Examples
    --------
    >>> subject_of({"iss": "https://log-in.example.org", "sub": "7"})
    'https://log-in.example.org|7'
    """
    return f"{claims.get('iss', '')}|{claims['sub']}" if claims.get("sub") else ""


def is_named(claims: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Whether one of these names, as in `LogIn.admins`, is meant by these claims.

    Examples
    --------
    >>> is_named({"sub": "7", "email": "a@b.org", "email_verified": True}, {"A@b.org"})
    True
    >>> is_named({"sub": "7", "email": "a@b.org"}, {"a@b.org"})
    False
    """
    mine = {subject_of(claims), str(claims.get("sub") or "")}
    if claims.get("email_verified") is True:
        mine.add(str(claims.get("email") or "").lower())
    return bool((mine - {""}) & {name.lower() if "@" in name else name for name in names})


def enter(store: Store, given: LogIn, claims: Mapping[str, Any]) -> Visitor | None:
    """Give the visitor of a log-in, making a user without a role the first time; None if nobody is logged in."""
    subject = subject_of(claims)
    if not subject:
        return None
    name = str(claims.get("name") or claims.get("email") or claims["sub"])[:200]
    is_admin = is_named(claims, given.admins)
    user = store.users.seen(subject, name, Role.ADMIN if is_admin else Role.NONE)
    if is_admin and user.role is not Role.ADMIN:
        store.users.set_role(user.id, Role.ADMIN, who=user.id)
        return Visitor(id=user.id, role=Role.ADMIN, name=name)
    return Visitor(id=user.id, role=user.role, name=name)


def visitor(site: Site) -> Visitor | None:
    """Give whoever looks at the page that is being made, None for somebody who has to log in first.

    Notes
    -----
    Roles are read anew each time, so that a change holds from the next click on.
    """
    import streamlit as st  # noqa: PLC0415

    if site.log_in is None:
        told = st.context.headers
        is_here = st.context.ip_address in _HERE and not any(name in told for name in _FORWARDED)
        return Visitor(id=LOCAL, role=Role.ADMIN) if is_here else Visitor(id=GUEST, role=Role.PERSON)
    if browser_of(st.context.cookies) in _LEFT:
        return None
    claims = st.user.to_dict() if st.user.is_logged_in else {}
    known = st.session_state.get("visitor")
    if known is not None and known[0] == subject_of(claims):
        user = site.store.users.get(known[1])
        return None if user is None else Visitor(id=user.id, role=user.role, name=user.name)
    found = enter(site.store, site.log_in, claims)
    if found is not None:
        st.session_state["visitor"] = (subject_of(claims), found.id)
    return found


def role_of(site: Site, who: str) -> Role:
    """Role that the holder of a grant has now."""
    if site.log_in is None:
        return {LOCAL: Role.ADMIN, GUEST: Role.PERSON}.get(who, Role.NONE)
    user = site.store.users.get(who)
    return Role.NONE if user is None else user.role


def owns(site: Site, who: Visitor, screen: ScreenRecord, key: str) -> bool:
    """Whether a visitor may go a screen's way: answer, film, see the report."""
    if not who.is_known:
        return False
    if site.log_in is not None and not who.reviews:
        person = site.store.people.get(screen.person)
        return person is not None and person.user == who.id
    return site.store.screens.opens(screen.id, key)


def open_job(site: Site, who: Visitor, job_id: str, key: str) -> Job | None:
    """Give a job to whoever may see it: with its key, and with a log-in only to its owner."""
    job = site.queue.find(job_id, key)
    if job is None or site.log_in is None:
        return job
    if not who.is_known:
        return None
    if job.screen:
        screen = site.store.screens.get(job.screen)
        return job if screen is not None and owns(site, who, screen, key) else None
    return job if site.owner(job) == who.id else None


def browser_of(cookies: Mapping[str, str]) -> str:
    """Fingerprint of the log-in that a browser shows, empty without one."""
    parts = [f"{name}={cookies[name]}" for name in sorted(cookies) if _is_log_in_cookie(name)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest() if parts else ""


def _is_log_in_cookie(name: str) -> bool:
    rest = name.removeprefix(_COOKIE).strip("_")
    return name.startswith(_COOKIE) and (not rest or rest.isdigit())


def grant(what: str, who: str, *, browser: str | None = None, now: float | None = None) -> str:
    """Allow `who` to fetch what belongs to `what` (the id of a screen, person or job) for some hours.

    Parameters
    ----------
    what, who : str
        Ids of the object and of the visitor.
    browser : str or None
        Whose log-in the grant is for, as `browser_of` gives it; by default that of the page being made.
    now : float or None
        Seconds since 1970 UTC.

    Examples
    --------
    >>> holder("screen-1", grant("screen-1", "local", browser=""))
    'local'
    >>> holder("screen-2", grant("screen-1", "local", browser="")) is None
    True
    >>> holder("screen-1", grant("screen-1", "ann", browser="a"), browser="b") is None
    True
    """
    if browser is None:
        import streamlit as st  # noqa: PLC0415

        browser = browser_of(st.context.cookies)
    # The same within an hour, so that a page that is drawn again does not load its videos again.
    until = (int(time.time() if now is None else now) // 3600 + 1 + _HOURS) * 3600
    return f"{until}.{who}.{_seal(what, until, who, browser)}"


def holder(what: str, given: str, *, browser: str = "", now: float | None = None) -> str | None:
    """Give who holds a grant, None if it is not for this, not for this browser, or its time is over."""
    until, _, rest = given.partition(".")
    who, _, seal = rest.rpartition(".")
    # isdecimal alone would let other scripts' digits through to the comparison, which wants ASCII.
    if not (given.isascii() and until.isdecimal() and len(until) < 20):
        return None
    if not hmac.compare_digest(seal, _seal(what, int(until), who, browser)):
        return None
    return who if int(until) > (time.time() if now is None else now) else None


def asker(site: Site, request: Request, what: str) -> str | None:
    """Give who holds the grant of a request and still has a role, None if there is nobody."""
    browser = browser_of(request.cookies)
    who = holder(what, request.query_params.get("grant", ""), browser=browser)
    return who if who is not None and browser not in _LEFT and role_of(site, who) is not Role.NONE else None


def reviewer(site: Site, request: Request, what: str) -> str | None:
    """Give who holds the grant of a request and is a clinician now, None if there is nobody."""
    who = asker(site, request, what)
    return who if who is not None and role_of(site, who) in REVIEWERS else None


def is_first_look(request: Request) -> bool:
    """Whether a grant is used for this address for the first time; a film is fetched in many pieces."""
    look = (request.url.path, request.query_params.get("grant", ""))
    with _LOCK:
        if look in _LOOKS:
            return False
        _keep(_LOOKS, look)
    return True


def forget_browser(browser: str) -> None:
    """Let a log-in open nothing any more, in no tab and for no grant, also before its cookie is gone."""
    if browser:
        with _LOCK:
            _keep(_LEFT, browser)


def _keep(held: dict[Any, None], one: Any) -> None:
    """Add one and let go of the oldest of too many."""
    held[one] = None
    while len(held) > _MAX_KEPT:
        del held[next(iter(held))]


def _seal(what: str, until: int, who: str, browser: str) -> str:
    return hmac.new(_SECRET, f"{what}|{until}|{who}|{browser}".encode(), hashlib.sha256).hexdigest()
