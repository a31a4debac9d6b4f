"""Everybody who has logged in, and what they may do: for admins.

May import: Streamlit, `store`, `core` and the rest of `web`.
"""

from __future__ import annotations

import streamlit as st

from screening.core.errors import ScreeningError
from screening.store import Role, UserRecord
from screening.web.pages.clinic import back_to_people, missing, store
from screening.web.pages.common import me, say_error, words


def show(who: str) -> None:
    """Show the page; others than admins are told that there is nothing."""
    if me().role is not Role.ADMIN:
        missing()
        return
    texts = words()
    with st.container(key="clinic"):
        st.title(texts("users.heading"), anchor=False)
        st.write(texts("users.lead"))
        everybody = store().users.everybody()
        if not everybody:
            st.write(texts("users.nobody"))
        for user in sorted(everybody, key=lambda one: (one.role is not Role.NONE, one.name.lower())):
            _user(user, who)
        back_to_people()


def _user(user: UserRecord, who: str) -> None:
    texts, roles = words(), list(Role)
    with st.container(border=True, key=f"user-{user.id}"):
        st.text(user.name)
        st.text(user.subject.replace("|", "  "))  # as text: whoever logs in chooses some of it
        if user.id == who:
            st.write(texts("users.yourself", role=texts(f"account.role_{user.role}")))
            return
        role = st.selectbox(
            texts("users.role"),
            roles,
            index=roles.index(user.role),
            format_func=lambda one: texts(f"account.role_{one}"),
            key=f"role.{user.id}",
        )
        if role is not user.role:
            store().users.set_role(user.id, role, who=who)
            st.rerun()
        if user.role is Role.PERSON:
            _person(user, who)


def _person(user: UserRecord, who: str) -> None:
    """Tell whose screens a user sees, or ask for it."""
    texts = words()
    person = store().people.of_user(user.id)
    if person is not None:
        st.text(texts("users.is_person", code=person.code))
        return
    code = st.text_input(texts("users.code"), help=texts("users.code_help"), key=f"code.{user.id}").strip()
    if not code or not st.button(texts("users.link"), key=f"link.{user.id}"):
        return
    found = store().people.by_code(code)
    if found is None or found.user is not None:
        st.error(texts("users.no_such_code"))
        return
    try:
        store().people.set_user(found.id, user.id, who=who)
    except ScreeningError as err:
        say_error(err)
        return
    st.rerun()
