"""Logging in and out, waiting for a role, and a person's own screens.

May import: Streamlit, `store` and the rest of `web`.
"""

from __future__ import annotations

import streamlit as st

from screening.store import Role
from screening.web.access import Visitor, browser_of, forget_browser
from screening.web.log_in import LogIn
from screening.web.pages.clinic import day, to
from screening.web.pages.common import me, words
from screening.web.session import site


def show_log_in(given: LogIn) -> None:
    """Ask to log in."""
    texts = words()
    st.title(texts("account.heading"), anchor=False)
    st.write(texts("account.lead"))
    with st.container(horizontal=True):
        for name in given.providers:
            label = texts("account.log_in_with", name=name) if name else texts("account.log_in")
            if st.button(label, type="primary", key=f"log_in.{name}"):
                st.login(name or None)


def show_waiting() -> None:
    """Say that an admin has to give a role first."""
    texts = words()
    st.title(texts("account.waiting_heading"), anchor=False)
    st.write(texts("account.waiting"))
    if st.button(texts("account.look_again")):
        st.rerun()


def line(who: Visitor) -> None:
    """Show who is logged in, the way to the roles for admins, and the way out."""
    texts = words()
    with st.container(horizontal=True, vertical_alignment="center", key="account"):
        st.text(texts("account.you", name=who.name, role=texts(f"account.role_{who.role}")))
        if who.role is Role.ADMIN and st.button(texts("account.users"), key="to_users"):
            to("users")
        if st.button(texts("account.log_out"), key="log_out"):
            forget_browser(browser_of(st.context.cookies))
            st.session_state.clear()
            st.logout()


def my_screens() -> None:
    """List the screens of the person who is logged in."""
    texts, store = words(), site().store
    person = store.people.of_user(me().id)
    screens = store.screens.of_person(person.id) if person else []
    if not screens:
        return
    st.header(texts("account.screens"), anchor=False)
    for screen in reversed(screens):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{day(screen.created_at)} · {texts(f'clinic.state_{screen.state}')}")
            if st.button(texts("account.open"), key=f"mine.{screen.id}"):
                st.query_params.from_dict({"screen": screen.id, "step": "report" if screen.job else "takes"})
                st.rerun()
