"""The page of a job that waits or runs.

May import: Streamlit, `jobs`, `core` and the rest of `web`.
"""

from __future__ import annotations

import math

import streamlit as st

from screening.core.progress import WHOLE
from screening.core.settings import DEFAULTS
from screening.jobs.queue import Job, JobState
from screening.web.pages.common import words
from screening.web.session import site


def show(job: Job) -> None:
    """Show how far it is, again and again, until it is over."""
    texts = words()
    st.title(texts("progress.heading"), anchor=False)
    watch(job.id)
    st.write(texts("progress.open"))


@st.fragment(run_every=DEFAULTS.web.poll_s)
def watch(job_id: str) -> None:
    """Show how far a job is, again and again, until it is over."""
    texts, queue = words(), site().queue
    job = queue.get(job_id)
    if job is None or job.state.is_over:
        st.rerun()
        return
    st.progress(job.fraction, text=_what(job))
    st.write(_time_left(job))
    if job.cancel:
        st.write(texts("progress.stopping"))
    elif st.button(texts("progress.cancel")):
        queue.cancel(job)
        st.rerun()


def _what(job: Job) -> str:
    texts = words()
    if job.state is JobState.QUEUED:
        return texts("progress.queued", n=site().queue.waiting_before(job))
    if not job.stage:
        return texts("progress.next")
    if job.stage == "report":
        return texts("progress.report")
    if job.stage == WHOLE:
        return texts("progress.whole", n=min(int(job.done) + 1, int(job.total)), total=int(job.total))
    return texts(f"progress.{job.stage}", done=int(job.done), total=int(job.total))


def _time_left(job: Job) -> str:
    texts = words()
    if job.state is not JobState.RUNNING or job.seconds_left is None:
        return ""
    if job.seconds_left > 90:
        return texts("progress.minutes", n=math.ceil(job.seconds_left / 60))
    return texts("progress.seconds", n=max(1, math.ceil(job.seconds_left)))
