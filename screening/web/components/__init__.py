"""Small parts of the page that Streamlit does not have: a recorder, a streaming uploader, a viewer of files.

May import: Streamlit.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


def read(name: str, suffix: str) -> str:
    """Text of one part: `NAME/NAME.suffix`, or `NAME.suffix` for what several parts share."""
    shared = _HERE / f"{name}.{suffix}"
    path = shared if shared.exists() else _HERE / name / f"{name}.{suffix}"
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def uploader() -> Any:
    """Component that sends files; its state `uploaded` is the list of tickets that were used."""
    return _component("uploader")


@lru_cache(maxsize=1)
def recorder() -> Any:
    """Component that films one take and sends it; its state `kept` is the ticket that was used."""
    return _component("recorder")


def _component(name: str) -> Any:
    import streamlit as st  # noqa: PLC0415

    return st.components.v2.component(
        f"screening_{name}", html=read(name, "html"), css=read(name, "css"), js=read("sending", "js") + read(name, "js")
    )


@lru_cache(maxsize=1)
def workspace() -> Any:
    """Component of the review: films, curves and corrections of one or two takes; its trigger is `corrected`."""
    import streamlit as st  # noqa: PLC0415

    name = "review"
    return st.components.v2.component(
        "screening_review", html=read(name, "html"), css=read(name, "css"), js=read(name, "js")
    )


@lru_cache(maxsize=1)
def viewer() -> Any:
    """Component that shows a video, a report or links, by its data's `kind`."""
    import streamlit as st  # noqa: PLC0415

    name = "viewer"
    return st.components.v2.component(
        "screening_viewer", html='<div class="viewer"></div>', css=read(name, "css"), js=read(name, "js")
    )
