"""Small parts of the page that Streamlit does not have: a streaming uploader and a viewer of files.

May import: Streamlit.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


def _read(name: str, suffix: str) -> str:
    return (_HERE / name / f"{name}.{suffix}").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def uploader() -> Any:
    """Component that sends a file to the upload route; its state `uploaded` is the ticket that was used."""
    import streamlit as st  # noqa: PLC0415

    name = "uploader"
    return st.components.v2.component(
        "screening_uploader", html=_read(name, "html"), css=_read(name, "css"), js=_read(name, "js")
    )


@lru_cache(maxsize=1)
def viewer() -> Any:
    """Component that shows a video, a report or links, by its data's `kind`."""
    import streamlit as st  # noqa: PLC0415

    name = "viewer"
    return st.components.v2.component(
        "screening_viewer", html='<div class="viewer"></div>', css=_read(name, "css"), js=_read(name, "js")
    )
