"""One person: what was agreed, screens, films to keep, taking everything away, erasing everything.

May import: Streamlit, `store`, `core` and the rest of `web`.
"""

from __future__ import annotations

import streamlit as st

from screening.core.errors import ScreeningError
from screening.store import ConsentKind, PersonRecord
from screening.store.erasure import erase
from screening.web import components
from screening.web.clinic import grant, may_see
from screening.web.clinic_routes import export_address
from screening.web.pages.clinic import back_to_people, day, missing, saw, store, to
from screening.web.pages.common import say_error, words
from screening.web.slots import name_label


def show(who: str) -> None:
    """Show the page."""
    texts = words()
    person = store().people.get(st.query_params.get("person", ""))
    if person is None:
        missing()
        return
    saw("person", person.id, who)
    with st.container(key="clinic"):
        st.title(texts("clinic.person_heading", code=person.code), anchor=False)
        _consents(person, who)
        if may_see(store(), person.id):
            _screens(person)
            _films(person, who)
        st.header(texts("clinic.export"), anchor=False)
        st.write(texts("clinic.export_note"))
        link = {"address": export_address(person.id, grant(person.id, who)), "name": texts("clinic.export_file")}
        components.viewer()(key="export", data={"kind": "links", "files": [{**link, "note": ""}]})
        _erase(person, who)
        back_to_people()


def _consents(person: PersonRecord, who: str) -> None:
    texts, kept = words(), store().people.consents(person.id)
    st.header(texts("clinic.consents"), anchor=False)
    for kind in ConsentKind:
        mine = [consent for consent in kept if consent.kind is kind]
        given = next((consent for consent in mine if consent.is_given), None)
        if given:
            state = texts("clinic.given", date=day(given.given_at))
        elif mine:
            state = texts("clinic.withdrawn", date=day(mine[-1].withdrawn_at))
        else:
            state = texts("clinic.never")
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(f"{texts(f'clinic.consent_{kind}')}: **{state}**")
        if kind is ConsentKind.BLURRED and not given:
            if right.button(texts("clinic.blur"), key="blur"):
                store().people.consent(person.id, kind, wording=f"{texts('consent.wording')} {texts.language}", who=who)
                st.rerun()
        elif given and right.button(texts("clinic.take_back"), key=f"withdraw.{kind}"):
            store().people.withdraw(person.id, kind, who=who)
            st.rerun()
        if kind is ConsentKind.STORAGE and mine and not given:
            st.warning(texts("clinic.erase_offer"))


def _screens(person: PersonRecord) -> None:
    texts = words()
    st.header(texts("clinic.screens"), anchor=False)
    for screen in store().screens.of_person(person.id):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{day(screen.created_at)} · {texts(f'clinic.state_{screen.state}')}")
            if st.button(texts("clinic.review"), key=f"review.{screen.id}"):
                to("review", screen=screen.id)
    if st.button(texts("clinic.trends")):
        to("trends", person=person.id)


def _films(person: PersonRecord, who: str) -> None:
    texts = words()
    films = [take for screen in store().screens.of_person(person.id) for take in store().takes.of_screen(screen.id)]
    if films:
        st.header(texts("clinic.films"), anchor=False)
    for take in films:
        told = {"take": name_label(take.name, take, texts.language), "date": day(take.created_at)}
        if not take.video:
            st.write(texts("clinic.film_gone", **told))
            continue
        keep = st.toggle(texts("clinic.keep_film", **told), value=take.keep_video, key=f"keep.{take.id}")
        if keep != take.keep_video:
            store().takes.keep(take.id, keep, who=who)


def _erase(person: PersonRecord, who: str) -> None:
    texts = words()
    with st.popover(texts("clinic.erase")):
        st.write(texts("clinic.erase_explain"))
        typed = st.text_input(texts("clinic.erase_type", code=person.code))
        if st.button(texts("clinic.erase_confirm"), type="primary", disabled=typed.strip() != person.code):
            try:
                erase(store(), person.id, who=who)
            except ScreeningError as err:
                say_error(err)
                return
            st.session_state["notice"] = texts("clinic.erased")
            to("people")
