"""The page of a job without a result: why, what to do, and another try with the same choices.

May import: Streamlit, `jobs`, `core` and the rest of `web`.
"""

from __future__ import annotations

import streamlit as st

from screening.jobs.queue import Job, JobState
from screening.web.pages.common import ask_blur, choose, offer_delete, said, upload, words
from screening.web.session import site

_HEADINGS = {
    JobState.REFUSED: "refused.heading",
    JobState.FAILED: "refused.heading_failed",
    JobState.CANCELLED: "refused.heading_cancelled",
}


def show(job: Job) -> None:
    """Show the page."""
    texts = words()
    st.title(texts(_HEADINGS[job.state]), anchor=False)
    what, hint = said((job.what, job.hint))
    if job.state is JobState.CANCELLED:
        what, hint = texts("refused.cancelled"), texts("refused.cancelled_todo")
    with st.container(border=True):
        st.text(what)
        st.markdown(f"**{texts('refused.todo')}**")
        st.text(hint)
    with st.expander(texts("advice.title")):
        st.markdown(texts("advice.body"))
    st.header(texts("refused.again_heading"), anchor=False)
    options, blur_face = choose(job.options), ask_blur(job.blur_face)
    with st.container(horizontal=True):
        if st.button(texts("refused.again")):
            site().queue.again(job, options, blur_face=blur_face)
            st.rerun()
        offer_delete(job)
    st.write(texts("refused.other"))
    upload(options, blur_face=blur_face)
