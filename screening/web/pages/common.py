"""What several pages show: the choices, the uploader, deleting.

May import: Streamlit, `jobs`, `core` and the rest of `web`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import streamlit as st

from screening.core.settings import TakeOptions
from screening.jobs.queue import Job
from screening.web import components
from screening.web.choices import LEADS, MIRRORED, MOVEMENTS, QUALITIES, VIEWS, to_answers, to_options
from screening.web.session import site
from screening.web.texts import load_texts
from screening.web.uploads import free_bytes


def open_job(job_id: str, key: str) -> None:
    """Go to a job's page; its address holds all that is needed to come back."""
    st.query_params.from_dict({"job": job_id, "key": key})
    st.rerun()


def go_home() -> None:
    """Go to the first page."""
    st.query_params.clear()
    st.rerun()


def choose(start: TakeOptions) -> TakeOptions:
    """Ask what is known about the take, beginning with these answers."""
    texts, answers = load_texts(), to_answers(start)

    def label(group: str) -> Callable[[str], str]:
        return lambda name: texts(f"{group}.{name}")

    def index(names: Iterable[str], key: str) -> int:
        return list(names).index(answers[key])

    answers["movement"] = st.radio(
        texts("start.movement"), MOVEMENTS, index=index(MOVEMENTS, "movement"), format_func=label("movement")
    )
    answers["mirrored"] = st.radio(
        texts("start.mirrored"),
        list(MIRRORED),
        index=index(MIRRORED, "mirrored"),
        format_func=label("mirrored"),
        help=texts("start.mirrored_help"),
    )
    with st.expander(texts("start.details")):
        answers["view"] = st.selectbox(
            texts("start.view"), list(VIEWS), index=index(VIEWS, "view"), format_func=label("view")
        )
        answers["lead"] = st.selectbox(
            texts("start.lead_leg"), LEADS, index=index(LEADS, "lead"), format_func=label("lead")
        )
        answers["quality"] = st.radio(
            texts("start.quality"), QUALITIES, index=index(QUALITIES, "quality"), format_func=label("quality")
        )
        capture_fps = st.number_input(
            texts("start.capture_fps"),
            min_value=30.0,
            max_value=1000.0,
            value=start.capture_fps,
            format="%.0f",
            placeholder=texts("start.capture_fps_empty"),
            help=texts("start.capture_fps_help"),
        )
    return to_options(answers, capture_fps)


def upload(options: TakeOptions) -> None:
    """Take a video and start measuring it as soon as it has arrived."""
    here, state = site(), st.session_state
    if not here.tickets.is_alive(state.get("ticket", "")):
        _new_ticket()
    found = components.uploader()(
        key="uploader",
        data={
            "address": f"api/uploads/{state['ticket']}",
            "ticket": state["ticket"],
            "secret": state["secret"],
            "max_bytes": here.settings.web.max_upload_bytes,
            "free_bytes": free_bytes(here),
            "texts": _upload_texts(),
        },
        on_uploaded_change=lambda: None,
        on_dropped_change=lambda: None,
    )
    if found.dropped == state["ticket"]:  # stopped, or too old: the component goes on with a new one
        here.tickets.drop(state["ticket"])
        _new_ticket()
        st.rerun()
    # Only what the component reports counts: an upload that was stopped after its last byte is not wanted.
    arrived = here.tickets.collect(state["ticket"]) if found.uploaded == state["ticket"] else None
    if arrived is not None:
        _new_ticket()
        state["options"] = options
        open_job(*here.submit(arrived, options))


def _new_ticket() -> None:
    ticket = site().tickets.issue()
    st.session_state["ticket"], st.session_state["secret"] = ticket.id, ticket.secret


def _upload_texts() -> dict[str, str]:
    texts, limits = load_texts(), site().settings
    size = _size(limits.web.max_upload_bytes)
    words = texts("upload.limits", size=size, minutes=round(limits.video.max_duration_s / 60))
    return {**texts.group("upload"), "limits": words}


def _size(n: int) -> str:
    return f"{n / 1024**3:.0f} GB" if n >= 1024**3 else f"{n / 1024**2:.0f} MB"


def offer_delete(job: Job) -> None:
    """Offer to remove the video and all that was made of it, and ask once more."""
    texts = load_texts()
    with st.popover(texts("delete.open")):
        st.write(texts("delete.explain"))
        if st.button(texts("delete.confirm"), type="primary"):
            site().delete(job)
            st.session_state["notice"] = texts("delete.done")
            go_home()
