"""The script that Streamlit runs for every visitor: it picks the page by the address.

May import: Streamlit, `jobs`, `core` and the rest of `web`.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from screening.jobs.queue import JobState
from screening.web.pages import progress, refused, report, start
from screening.web.pages.common import go_home
from screening.web.session import site
from screening.web.texts import load_texts


def main() -> None:
    """Show the page that belongs to the address."""
    texts = load_texts()
    web = Path(__file__).parents[1]
    st.set_page_config(
        page_title=texts("site.title"), page_icon=str(web / "icon.svg"), initial_sidebar_state="collapsed"
    )
    st.html(web / "style.css")
    st.markdown(f"**{texts('site.title')}** · {texts('site.promise')}")
    job_id, key = st.query_params.get("job", ""), st.query_params.get("key", "")
    if not job_id:
        start.show()
        return
    job = site().queue.find(job_id, key)
    if job is None:
        st.title(texts("missing.heading"), anchor=False)
        st.write(texts("missing.body"))
        if st.button(texts("site.new"), type="primary"):
            go_home()
    elif not job.state.is_over:
        progress.show(job, key)
    elif job.state is JobState.DONE:
        report.show(job, key)
    else:
        refused.show(job)


main()
