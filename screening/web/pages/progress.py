"""The page of a job that waits or runs.

May import: Streamlit, `jobs`, `core` and the rest of `web`.
"""

from __future__ import annotations

import math

import streamlit as st

from screening.core.settings import DEFAULTS
from screening.jobs.queue import Job, JobState
from screening.web.session import site
from screening.web.texts import load_texts


def show(job: Job, key: str) -> None:
    """Show how far it is, again and again, until it is over."""
    texts = load_texts()
    st.title(texts("progress.heading"), anchor=False)
    _watch(job.id, key)
    st.write(texts("progress.open"))


@st.fragment(run_every=DEFAULTS.web.poll_s)
def _watch(job_id: str, key: str) -> None:
    texts, queue = load_texts(), site().queue
    job = queue.find(job_id, key)
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
    texts = load_texts()
    if job.state is JobState.QUEUED:
        return texts("progress.queued", n=site().queue.waiting_before(job))
    if not job.stage:
        return texts("progress.next")
    if job.stage == "report":
        return texts("progress.report")
    return texts(f"progress.{job.stage}", done=int(job.done), total=int(job.total))


def _time_left(job: Job) -> str:
    texts = load_texts()
    if job.state is not JobState.RUNNING or job.seconds_left is None:
        return ""
    if job.seconds_left > 90:
        return texts("progress.minutes", n=math.ceil(job.seconds_left / 60))
    return texts("progress.seconds", n=max(1, math.ceil(job.seconds_left)))
