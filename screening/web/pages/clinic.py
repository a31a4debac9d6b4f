"""What the clinician's pages share: the way between them, dates, a guard.

May import: Streamlit, `store` and the rest of `web`.

    ?clinic=people                         everybody
    ?clinic=person&person=ID               one person
    ?clinic=trends&person=ID               one person over time
    ?clinic=review&screen=ID[&take=NAME]   one screen
    ?clinic=sign&screen=ID                 its signature and versions
"""

from __future__ import annotations

import time
from html import escape

import streamlit as st

from screening.store import Store
from screening.web.pages.common import words
from screening.web.session import site

#: A cell that says nothing, which a card leaves out.
_EMPTY = ' class="empty"'


def to(page: str, **what: str) -> None:
    """Go to one of the clinician's pages."""
    st.query_params.from_dict({"clinic": page, **what})
    st.rerun()


def back_to_people() -> None:
    """Offer the list of people."""
    if st.button(words()("clinic.back"), key="to_people"):
        to("people")


def day(seconds: float | None) -> str:
    """Write a date that reads the same everywhere."""
    return time.strftime("%Y-%m-%d", time.localtime(seconds)) if seconds else ""


def saw(kind: str, number: str, who: str, part: str = "") -> None:
    """Note once in a visit that somebody looked at something."""
    seen = st.session_state.setdefault("clinic_saw", set())
    if (kind, number, part) not in seen:
        store().audit.saw(kind, number, who=who, part=part)
        seen.add((kind, number, part))


def store() -> Store:
    """Give the store of this server."""
    return site().store


def missing() -> None:
    """Say that there is nothing here, or nothing for a clinician."""
    st.title(words()("clinic.heading"), anchor=False)
    st.write(words()("clinic.missing"))
    back_to_people()


def table(head: list[str], rows: list[list[str]], name: str) -> None:
    """Show a table that is a card a row on a phone; cells are escaped, line breaks in them are kept.

    Roles are written out, because cells that a style sheet stacks are no table any more to readers that speak.
    """
    top = "".join(f'<th role="columnheader" scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(_row(head, row) for row in rows)
    st.html(
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(name)}"><table role="table">'
        f'<thead role="rowgroup"><tr role="row">{top}</tr></thead><tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _row(head: list[str], row: list[str]) -> str:
    first, *rest = (escape(cell).replace("\n", "<br><small>", 1) for cell in row)
    cells = "".join(
        f'<td role="cell"{"" if told.strip() else _EMPTY}><b>{escape(name)}</b><span>{cell}</span></td>'
        for name, told, cell in zip(head[1:], row[1:], rest, strict=True)
    )
    return f'<tr role="row"><th role="rowheader" scope="row">{first}</th>{cells}</tr>'
