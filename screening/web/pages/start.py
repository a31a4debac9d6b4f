"""The first page: choices, advice, upload.

May import: Streamlit, `core` and the rest of `web`.
"""

from __future__ import annotations

import streamlit as st

from screening.core.settings import TakeOptions
from screening.web.pages.common import choose, upload
from screening.web.texts import load_texts


def show() -> None:
    """Show the page."""
    texts, state = load_texts(), st.session_state
    notice = state.pop("notice", "")
    if notice:
        st.info(notice)
    st.title(texts("start.heading"), anchor=False)
    st.write(texts("start.lead"))
    with st.expander(texts("advice.title")):
        st.markdown(texts("advice.body"))
    options = choose(state.get("options", TakeOptions()))
    st.header(texts("upload.heading"), anchor=False)
    upload(options)
