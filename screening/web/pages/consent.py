"""The second step: a code, and what may be done with films and answers, one consent at a time.

May import: Streamlit, `store`, `core` and the rest of `web`.

Person and screen are made only when the needed consent was given.
"""

from __future__ import annotations

import streamlit as st

from screening.core.errors import UsageError
from screening.core.screen import Person
from screening.jobs.queue import new_secret
from screening.store import ConsentKind, PersonRecord, Role
from screening.web.pages.common import go, me, step_line, words
from screening.web.session import site


def show() -> None:
    """Show the page."""
    texts, known = words(), site().store.people.of_user(me().id)
    step_line(2)
    st.title(texts("consent.heading"), anchor=False)
    st.write(texts("consent.lead"))
    with st.form("consent", border=False):
        code = st.text_input(
            texts("consent.code"),
            help=texts("consent.code_help"),
            placeholder=texts("consent.code_place"),
            max_chars=60,
            value=known.code if known else "",
            disabled=known is not None,
        )
        height_cm = st.number_input(
            texts("consent.height"), min_value=100.0, max_value=230.0, value=None, step=1.0, format="%.0f"
        )
        answers = {kind: _ask(kind) for kind in ConsentKind if kind is not ConsentKind.BLURRED}
        with st.container(border=True):
            blurred = st.checkbox(texts("consent.blurred"), value=_is_blurred(known))
            st.caption(texts("consent.blurred_help"))
        done = st.form_submit_button(texts("site.next"), type="primary")
    if st.button(texts("site.back")):
        go("welcome")
    if done:
        _finish(known, code.strip(), height_cm, {**answers, ConsentKind.BLURRED: blurred})


def _is_blurred(person: PersonRecord | None) -> bool:
    return person is not None and site().store.people.agrees(person.id, ConsentKind.BLURRED)


def _ask(kind: ConsentKind) -> bool | None:
    """Ask for one consent; None as long as nothing was chosen."""
    texts = words()
    with st.container(border=True):
        chosen = st.radio(
            texts(f"consent.{kind.value}"),
            ("yes", "no"),
            index=None,
            format_func=lambda answer: texts(f"consent.{answer}"),
            horizontal=True,
            key=f"consent.{kind.value}",
        )
        st.caption(texts(f"consent.{kind.value}_help", days=round(site().settings.store.keep_video_days)))
    return None if chosen is None else chosen == "yes"


def _finish(
    known: PersonRecord | None, code: str, height_cm: float | None, answers: dict[ConsentKind, bool | None]
) -> None:
    texts, store, who = words(), site().store, me()
    if not code or None in answers.values():
        st.error(texts("consent.needed"))
        return
    if not answers[ConsentKind.ANALYSIS]:
        st.info(texts("consent.no_analysis"))
        return
    try:
        is_person = site().log_in is not None and who.role is Role.PERSON
        new = Person(code=code, height_cm=height_cm)
        person = known or store.people.add(new, who=who.id, user=who.id if is_person else None)
    except UsageError:
        st.error(texts("consent.taken"))
        return
    for kind, agreed in answers.items():
        if agreed:
            store.people.consent(person.id, kind, wording=f"{texts('consent.wording')} {texts.language}", who=who.id)
    if _is_blurred(person) and not answers[ConsentKind.BLURRED]:
        store.people.withdraw(person.id, ConsentKind.BLURRED, who=who.id)
    key = new_secret()
    screen = store.screens.add(person.id, who=who.id, key=key)
    st.query_params.from_dict({"screen": screen.id, "key": key})
    go("intake")
