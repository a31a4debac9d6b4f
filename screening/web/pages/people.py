"""The clinician's list: people, their screens, how far they are, and what needs attention.

May import: Streamlit, `store`, `core` and the rest of `web`.
"""

from __future__ import annotations

import streamlit as st

from screening.store import ScreenRow, ScreenState
from screening.web.clinic import may_see
from screening.web.pages.clinic import day, store, to
from screening.web.pages.common import words
from screening.web.pages.intake import flags_of

_KNOWN = ("take_refused",)


def show(who: str) -> None:
    """Show the page."""
    texts = words()
    notice = st.session_state.pop("notice", "")
    with st.container(key="clinic"):
        st.title(texts("clinic.heading"), anchor=False)
        if notice:
            st.info(notice)
        asked = st.text_input(texts("clinic.search"))
        states = st.pills(
            texts("clinic.states"),
            [str(state) for state in ScreenState],
            selection_mode="multi",
            format_func=lambda state: texts(f"clinic.state_{state}"),
        )
        only = st.toggle(texts("clinic.attention_only"))
        rows = store().screens.search(asked, states=tuple(ScreenState(state) for state in states))
        seen = {row.screen.person: may_see(store(), row.screen.person) for row in rows}
        shown = [(row, _attention(row)) for row in rows if seen[row.screen.person]]
        shown = [(row, why) for row, why in shown if why or not only]
        if not shown:
            st.write(texts("clinic.nobody"))
        for row, why in shown:
            _row(row, why)
        _hidden([number for number, agreed in seen.items() if not agreed])


def _attention(row: ScreenRow) -> str:
    """Why someone should look, in words."""
    texts, why = words(), row.screen.needs_attention
    if why:
        return texts(f"clinic.attention_{why if why in _KNOWN else 'other'}")
    if flags_of(row.screen):
        return texts("clinic.attention_flags")
    return ""


def _row(row: ScreenRow, why: str) -> None:
    texts, screen = words(), row.screen
    with st.container(border=True, key=f"screen-{screen.id}"):
        left, right = st.columns([3, 2], vertical_alignment="center")
        with left:
            st.markdown(f"**{_plain(screen.code)}** · {texts(f'clinic.state_{screen.state}')}")
            line = texts("clinic.row", date=day(screen.created_at), takes=row.takes)
            signed = f" · {texts('clinic.signed_by', name=row.signed_by)}" if row.signed_by else ""
            st.caption(_plain(line + signed))
            if why:
                st.markdown(f"**{texts('clinic.attention')}:** {why}")
        with right, st.container(horizontal=True, horizontal_alignment="right"):
            _ways(row)


def _ways(row: ScreenRow) -> None:
    texts, screen = words(), row.screen
    if st.button(texts("clinic.review"), key=f"review.{screen.id}", type="primary"):
        to("review", screen=screen.id)
    if st.button(texts("clinic.trends"), key=f"trends.{screen.id}"):
        to("trends", person=screen.person)
    if st.button(texts("clinic.person"), key=f"person.{screen.id}"):
        to("person", person=screen.person)


def _hidden(people: list[str]) -> None:
    """Name those who have not agreed by their code alone, so that erasing and exporting stay possible."""
    texts = words()
    if not people:
        return
    with st.expander(texts("clinic.hidden", n=len(people))):
        for number in people:
            person = store().people.get(number)
            if person is not None and st.button(person.code, key=f"hidden.{number}"):
                to("person", person=number)


def _plain(text: str) -> str:
    """Keep what somebody typed from being read as Markdown."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+!|~$<>:" else c for c in text)
