"""The fifth step: how far the measuring of a screen is, and its report.

May import: Streamlit, `jobs`, `store`, `core` and the rest of `web`.
"""

from __future__ import annotations

import streamlit as st

from screening.jobs.queue import Job, JobState, new_secret
from screening.store import ScreenRecord
from screening.web import components
from screening.web.access import grant
from screening.web.measuring import job_of, start_measuring
from screening.web.pages import screen_signed
from screening.web.pages.common import go, me, said, step_line, words
from screening.web.pages.progress import watch
from screening.web.routes import file_address, files_of
from screening.web.session import site


def show(screen: ScreenRecord) -> None:
    """Show the page."""
    texts = words()
    job = job_of(site(), screen)
    step_line(5)
    signed = screen_signed.show(screen)
    if job is not None and not job.state.is_over:
        st.title(texts("screen.measuring"), anchor=False)
        watch(job.id)
        st.write(texts("screen.keep"))
        return
    if signed and job is not None and job.state is JobState.DONE:
        with st.expander(texts("screen.as_measured")):
            _report(job)
    elif signed:
        st.write(texts("screen.keep"))
    elif job is None:
        st.title(texts("screen.heading"), anchor=False)
        st.write(texts("screen.not_yet"))
    elif job.state is JobState.DONE:
        st.title(texts("screen.heading"), anchor=False)
        _report(job)
    else:
        _refused(screen, job)
    if st.button(texts("screen.back")):
        go("takes")


def _report(job: Job) -> None:
    texts, viewer, given = words(), components.viewer(), grant(job.id, me().id)
    names = files_of(site(), job)
    if "report.html" in names:
        frame = file_address(job, given, "report.html", inline=True)
        viewer(key="report", data={"kind": "report", "address": frame, "title": texts("report.frame")})
    st.header(texts("screen.takes"), anchor=False)
    for name in names:
        if name.endswith("overlay.mp4"):
            address = file_address(job, given, name, inline=True)
            viewer(key=name, data={"kind": "video", "address": address, "title": texts("report.video")})
    st.header(texts("screen.files"), anchor=False)
    files = [{"address": file_address(job, given, name), "name": name, "note": ""} for name in names]
    viewer(key="files", data={"kind": "links", "files": files})
    st.write(texts("screen.keep"))


def _refused(screen: ScreenRecord, job: Job) -> None:
    texts = words()
    cancelled, (what, hint) = job.state is JobState.CANCELLED, said((job.what, job.hint))
    st.title(texts("refused.heading_cancelled" if cancelled else "refused.heading"), anchor=False)
    with st.container(border=True):
        st.text(texts("refused.cancelled") if cancelled else what)
        st.markdown(f"**{texts('refused.todo')}**")
        st.text(texts("refused.cancelled_todo") if cancelled else hint)
    if st.button(texts("takes.again_measured"), type="primary"):
        start_measuring(
            site(), screen, st.query_params.get("key") or new_secret(), who=me().id, language=texts.language
        )
        st.rerun()
