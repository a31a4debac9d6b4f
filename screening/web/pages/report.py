"""The page of a finished job: video, the report file itself, downloads.

May import: Streamlit, `jobs`, `core` and the rest of `web`.

The report is shown as the very file that is downloaded, so the two cannot differ; only its title is hidden below this
page's own.
"""

from __future__ import annotations

import streamlit as st

from screening.jobs.queue import Job
from screening.jobs.take import OUTPUT_FILES
from screening.web import components
from screening.web.access import grant
from screening.web.pages.common import go_home, keep_choices, me, offer_delete, words
from screening.web.routes import ARCHIVE, file_address


def show(job: Job) -> None:
    """Show the page."""
    given = grant(job.id, me().id)
    texts, viewer = words(), components.viewer()
    st.title(texts("report.heading"), anchor=False)
    video = file_address(job, given, "overlay.mp4", inline=True)
    viewer(key="video", data={"kind": "video", "address": video, "title": texts("report.video")})
    frame = file_address(job, given, "report.html", inline=True)
    viewer(key="report", data={"kind": "report", "address": frame, "title": texts("report.frame")})
    st.header(texts("report.downloads"), anchor=False)
    notes = {ARCHIVE: texts("report.all")}
    notes |= {name: texts(f"report.{name.replace('.', '_')}") for name in OUTPUT_FILES}
    files = [{"address": file_address(job, given, name), "name": name, "note": note} for name, note in notes.items()]
    viewer(key="files", data={"kind": "links", "files": files})
    st.write(texts("report.keep"))
    with st.container(horizontal=True):
        if st.button(texts("site.new"), type="primary"):
            keep_choices(job.options, blur_face=job.blur_face)
            go_home()
        offer_delete(job)
