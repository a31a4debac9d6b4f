"""What several pages show: the choices, the uploader, deleting.

May import: Streamlit, `jobs`, `core` and the rest of `web`.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from screening.catalog.refusals import in_language
from screening.core.errors import ScreeningError
from screening.core.settings import TakeOptions
from screening.jobs.queue import Job
from screening.web import components
from screening.web.access import Visitor, visitor
from screening.web.choices import LEADS, MIRRORED, MOVEMENTS, QUALITIES, VIEWS, to_answers, to_options
from screening.web.language import visitor_language
from screening.web.session import site
from screening.web.texts import Texts, load_texts
from screening.web.uploads import free_bytes

#: Welcome, consents, intake, films, report.
STEPS = 5


def open_job(job_id: str, key: str) -> None:
    """Go to a job's page; its address holds all that is needed to come back."""
    st.query_params.from_dict({"job": job_id, "key": key})
    st.rerun()


def go_home() -> None:
    """Go to the first page."""
    st.query_params.clear()
    st.rerun()


def go(step: str, **more: str) -> None:
    """Go to a step of the screen that the address names, or to a step before there is one."""
    held = {name: st.query_params[name] for name in ("screen", "key") if name in st.query_params}
    st.query_params.from_dict({**held, "step": step, **more})
    st.rerun()


def me() -> Visitor:
    """Give whoever looks at this page; a page that somebody was logged out of meanwhile ends here."""
    found = visitor(site())
    if found is None:
        st.rerun()
    return found


def words() -> Texts:
    """Every sentence of the page in the language of this visitor."""
    return load_texts(visitor_language())


def said(lines: Sequence[str]) -> tuple[str, ...]:
    """Give the lines of an error in the language of this visitor."""
    return in_language(lines, visitor_language())


def say_error(err: ScreeningError) -> None:
    """Show what went wrong and what to do."""
    st.error("\n\n".join(said(err.lines)))


def image(svg: str, says: str, kind: str) -> str:
    """Show a picture as HTML that needs no other file; `says` is what it shows, `kind` its class in the style sheet."""
    data = base64.b64encode(svg.encode()).decode()
    return f'<img class="{kind}" alt="{html.escape(says)}" src="data:image/svg+xml;base64,{data}">'


def step_line(n: int) -> None:
    """Say which step of the person's way this is."""
    texts = words()
    st.caption(texts("site.step", n=n, total=STEPS))


def choose(start: TakeOptions) -> TakeOptions:
    """Ask what is known about the take, beginning with these answers."""
    texts, answers = words(), to_answers(start)

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
    return to_options(answers, capture_fps, texts.language)


def ask_blur(start: bool) -> bool:
    """Ask whether the head is blurred in what is made of the video."""
    texts = words()
    return st.checkbox(texts("start.blur"), value=start, help=texts("start.blur_help"))


def upload(options: TakeOptions, *, blur_face: bool) -> None:
    """Take a video and start measuring it as soon as it has arrived."""
    here = site()
    arrived = [here.tickets.collect(one["id"], one["secret"]) for one in send_files("uploader")]
    for ticket in arrived:
        if ticket is not None:
            keep_choices(options, blur_face=blur_face)
            open_job(*here.submit(ticket, options, blur_face=blur_face))


def keep_choices(options: TakeOptions, *, blur_face: bool) -> None:
    """Let the first page begin with these choices."""
    st.session_state["options"], st.session_state["blur_face"] = options, blur_face


def send_files(key: str, *, several: int = 1, **purpose: str) -> list[dict[str, str]]:
    """Show the uploader; give id and secret of each ticket whose video has arrived.

    Parameters
    ----------
    key : str
        Name of the uploader on this page.
    several : int
        How many files may wait at once.
    **purpose : str
        What the videos are for, as `Tickets.issue` takes it.
    """
    here, state = site(), st.session_state
    pool = state.setdefault(f"{key}.tickets", [])
    pool[:] = [one for one in pool if here.tickets.is_alive(one["id"])]
    while len(pool) < several:
        pool.append(_new_ticket(**purpose))
    found = components.uploader()(
        key=key,
        data={
            "tickets": list(pool),
            "multiple": several > 1,
            "max_bytes": here.settings.web.max_upload_bytes,
            "free_bytes": free_bytes(here),
            "texts": _upload_texts(starts="screen" not in purpose),
        },
        on_uploaded_change=lambda: None,
        on_dropped_change=lambda: None,
        on_wanted_change=lambda: None,
    )
    dropped = [one for one in found.dropped or [] if here.tickets.find(one["id"], one["secret"])]
    for one in dropped:  # stopped, or too old: the component goes on with a new one
        here.tickets.drop(one["id"])
    if dropped:
        st.rerun()
    return list(found.uploaded or [])


def _new_ticket(**purpose: str) -> dict[str, str]:
    ticket = site().tickets.issue(**purpose, who=me().id)
    return {"id": ticket.id, "secret": ticket.secret, "address": f"api/uploads/{ticket.id}"}


def _upload_texts(*, starts: bool) -> dict[str, str]:
    """Give the words of the uploader; `starts`: whether measuring begins with the last byte."""
    texts, limits = words(), site().settings
    size = _size(limits.web.max_upload_bytes)
    sentence = texts("upload.limits", size=size, minutes=round(limits.video.max_duration_s / 60))
    return {**texts.group("upload"), "limits": f"{sentence} {texts('upload.starts')}" if starts else sentence}


def _size(n: int) -> str:
    return f"{n / 1024**3:.0f} GB" if n >= 1024**3 else f"{n / 1024**2:.0f} MB"


def offer_delete(job: Job) -> None:
    """Offer to remove the video and all that was made of it, and ask once more."""
    texts = words()
    with st.popover(texts("delete.open")):
        st.write(texts("delete.explain"))
        if st.button(texts("delete.confirm"), type="primary"):
            site().delete(job)
            st.session_state["notice"] = texts("delete.done")
            go_home()
