"""The first page: choices, advice, upload.

May import: Streamlit, `core` and the rest of `web`.
"""

from __future__ import annotations

import streamlit as st

from screening.core.settings import TakeOptions
from screening.web.clinic import clinician
from screening.web.pages import account
from screening.web.pages.common import ask_blur, choose, go, upload, words
from screening.web.session import site


def show() -> None:
    """Show the page."""
    texts, state = words(), st.session_state
    notice = state.pop("notice", "")
    if notice:
        st.info(notice)
    if site().log_in is not None:
        account.my_screens()
    with st.container(border=True, key="screen_way"):
        st.title(texts("start.screen_heading"), anchor=False)
        st.write(texts("start.screen_lead"))
        if st.button(texts("start.screen_begin"), type="primary"):
            go("welcome")
    st.header(texts("start.one_heading"), anchor=False)
    st.subheader(texts("start.heading"), anchor=False)
    st.write(texts("start.lead"))
    with st.expander(texts("advice.title")):
        st.markdown(texts("advice.body"))
    options = choose(state.get("options", TakeOptions()))
    blur_face = ask_blur(state.get("blur_face", False))
    st.header(texts("upload.heading"), anchor=False)
    upload(options, blur_face=blur_face)
    if clinician() is not None and st.button(texts("clinic.open")):
        st.query_params.from_dict({"clinic": "people"})
        st.rerun()
