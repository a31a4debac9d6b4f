"""Puts page, routes and workers together and runs them.

May import: Streamlit, Starlette, `jobs` and the rest of `web` but pages.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from screening.core.settings import DEFAULTS
from screening.jobs.supervisor import Supervisor
from screening.web.config import (
    DATA_VARIABLE,
    LOCAL_NAMES,
    OPEN_VARIABLE,
    STREAMLIT,
    check_host,
    check_port,
)
from screening.web.log_in import log_in
from screening.web.phone import own_address
from screening.web.routes import make_routes
from screening.web.session import site
from screening.web.texts import load_texts

PAGE: Final = Path(__file__).parent / "pages" / "main.py"
_CHECK_S: Final = 1.0
_SWEEP_S: Final = 3600.0


def app_arguments() -> dict[str, Any]:
    """Build what `st.App` is made of: page script, routes, guards, and the workers' lifetime.

    Raises
    ------
    UsageError
        If Streamlit is set to listen where other machines can reach it without log-in, and nobody said that this is
        meant.
    ConfigError
        If the log-in is not set up rightly.
    """
    from starlette.middleware import Middleware  # noqa: PLC0415
    from starlette.middleware.trustedhost import TrustedHostMiddleware  # noqa: PLC0415
    from streamlit import config  # noqa: PLC0415

    is_open, given = os.environ.get(OPEN_VARIABLE) == "1", log_in()
    listens = config.get_option("server.address")
    check_host(listens, allow_open=is_open or given is not None)
    here = site()
    here.prepare()
    # A foreign web page that points its own name at this machine must not get an answer.
    if given is not None:
        hosts = [name for name in (*LOCAL_NAMES, given.host, listens, own_address(listens)) if name]
    else:
        hosts = ["*"] if is_open else list(LOCAL_NAMES)
    return {
        "script_path": PAGE,
        "routes": make_routes(here, load_texts()),
        "lifespan": _lifespan,
        "middleware": [Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)],
    }


@asynccontextmanager
async def _lifespan(_app: Any) -> AsyncIterator[None]:
    with Supervisor(site().data) as supervisor:
        watch = asyncio.create_task(_watch(supervisor))
        try:
            yield
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch


async def _watch(supervisor: Supervisor) -> None:
    swept = time.monotonic()
    while True:
        await asyncio.sleep(_CHECK_S)
        supervisor.check()
        site().checker.tidy()
        if time.monotonic() - swept > _SWEEP_S:
            await asyncio.to_thread(site().sweep)
            swept = time.monotonic()


def run(
    host: str = DEFAULTS.web.host,
    port: int = DEFAULTS.web.port,
    data: Path | None = None,
    *,
    allow_open: bool = False,
) -> None:
    """Serve the page until stopped.

    Parameters
    ----------
    host, port : str, int
        Where to listen; other machines are let in only with `allow_open`.
    data : Path or None
        Data folder; by default `data_folder()`.
    allow_open : bool
        The person knows that the page has no log-in.

    Raises
    ------
    UsageError
        If the address can be reached by others without log-in, or the port is taken.
    ConfigError
        If the log-in is not set up rightly.
    """
    check_host(host, allow_open=allow_open or log_in() is not None)
    check_port(host, port)
    if data is not None:
        os.environ[DATA_VARIABLE] = str(data.expanduser().absolute())
    if allow_open:
        os.environ[OPEN_VARIABLE] = "1"
    import streamlit as st  # noqa: PLC0415
    from streamlit import config  # noqa: PLC0415

    config.set_option("server.address", host)
    st.App(**app_arguments()).run(config={**STREAMLIT, "server.address": host, "server.port": port})
