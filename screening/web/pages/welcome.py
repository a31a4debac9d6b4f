"""The first step of a screen: what happens and what does not.

May import: Streamlit and the rest of `web`.
"""

from __future__ import annotations

import streamlit as st

from screening.web.pages.common import go, go_home, step_line, words


def show() -> None:
    """Show the page."""
    texts = words()
    step_line(1)
    st.title(texts("welcome.heading"), anchor=False)
    st.markdown(texts("welcome.body"))
    st.header(texts("welcome.not_heading"), anchor=False)
    st.markdown(texts("welcome.not_body"))
    with st.container(horizontal=True):
        if st.button(texts("welcome.go"), type="primary"):
            go("consent")
        if st.button(texts("site.back")):
            go_home()
