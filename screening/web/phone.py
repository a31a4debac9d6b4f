"""The upload page for a phone, reached by a QR code: one video, for one take of one screen, with a one-time ticket.

May import: segno, Starlette, `core` and the rest of `web` but pages.

It is a page of its own, without Streamlit: small, and usable before a camera's page would have loaded.
"""

from __future__ import annotations

import html
import io
import ipaddress
import json
import secrets
import socket
from string import Template
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from screening.web.components import read
from screening.web.config import STREAMLIT, is_local
from screening.web.language import ASKED, texts_for
from screening.web.session import Site
from screening.web.slots import take_label
from screening.web.texts import Texts
from screening.web.uploads import NO_STORE

_COLOURS: Final = {
    "ground": "backgroundColor",
    "raised": "secondaryBackgroundColor",
    "ink": "textColor",
    "link": "linkColor",
    "main": "primaryColor",
}


def phone_address(page: str, ticket: str, secret: str, listens: str | None, language: str = "") -> str:
    """Address of the phone's page, from the address that the browser shows for this one.

    `listens` is where the server listens; a browser on the same machine may know it as localhost, a phone may not.
    Without `language` the phone's page speaks as the phone does.

    Examples
    --------
    >>> phone_address("http://localhost:8501/?screen=a", "i", "s", "127.0.0.1")
    'http://localhost:8501/phone/i#s'
    """
    parts = urlsplit(page)
    host = _host(page, listens)
    asked = f"?{ASKED}={language}" if language else ""
    return f"{parts.scheme}://{host}/phone/{quote(ticket)}{asked}#{quote(secret)}"


def is_reachable(page: str, listens: str | None) -> bool:
    """Whether the address that `phone_address` gives can be one for another machine than this.

    Examples
    --------
    >>> is_reachable("http://localhost:8501/", "127.0.0.1"), is_reachable("https://clinic.example.org/", "127.0.0.1")
    (False, True)
    """
    return not is_local(urlsplit(f"//{_host(page, listens)}").hostname)


def _host(page: str, listens: str | None) -> str:
    parts = urlsplit(page)
    if is_local(parts.hostname) and (outside := own_address(listens)):
        return outside if parts.port is None else f"{outside}:{parts.port}"
    return parts.netloc


def own_address(listens: str | None) -> str:
    """Address of this machine in its local network, if the page listens there; nothing is sent to find it."""
    if is_local(listens):
        return ""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a datagram socket connects without a packet
        except OSError:
            return ""
        address = str(probe.getsockname()[0])
    return address if ipaddress.ip_address(address).is_private else ""


def qr_svg(address: str) -> str:
    """QR code of an address as SVG: black on white with its quiet zone, whatever the page's colours are."""
    import segno  # noqa: PLC0415

    picture = io.BytesIO()
    code = segno.make(address, error="m")
    code.save(picture, kind="svg", xmldecl=False, scale=6, border=4, dark="#000", light="#fff")
    return picture.getvalue().decode()


def phone_routes(site: Site, usual: Texts) -> list[BaseRoute]:
    """Make the page `GET phone/TICKET` and the state `GET api/phone/TICKET`, which needs the ticket's secret.

    Sentences are in the language of the address or of the browser, else those of `usual`.
    """

    async def get_page(request: Request) -> Response:
        texts, nonce = texts_for(request, usual), secrets.token_urlsafe(16)
        headers = {
            **NO_STORE,
            "X-Frame-Options": "DENY",
            "Content-Security-Policy": (
                f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
                "img-src data:; base-uri 'none'; form-action 'none'"
            ),
        }
        return HTMLResponse(_page(site, texts, str(request.path_params["ticket"]), nonce), headers=headers)

    async def get_state(request: Request) -> Response:
        secret = request.headers.get("x-upload-secret", "")
        ticket = site.tickets.find(request.path_params["ticket"], secret)
        if ticket is None or not ticket.screen:
            return JSONResponse({"state": "unknown"}, 404, headers=NO_STORE)
        label = await run_in_threadpool(take_label, ticket.take, texts_for(request, usual).language)
        return JSONResponse({"state": ticket.state.value, "take": label}, headers=NO_STORE)

    return [
        Route("/phone/{ticket}", get_page, methods=["GET"]),
        Route("/api/phone/{ticket}", get_state, methods=["GET"]),
    ]


def _page(site: Site, texts: Texts, ticket: str, nonce: str) -> str:
    words = texts.group("phone") | {
        key: texts(f"upload.{key}") for key in ("sending", "waiting", "error_empty", "error_large", "error_network")
    }
    words["expired_seen"] = texts("phone.expired_seen", minutes=site.settings.web.ticket_minutes)
    data = {
        "address": f"/api/uploads/{quote(ticket, safe='')}?{ASKED}={texts.language}",
        "state": f"/api/phone/{quote(ticket, safe='')}?{ASKED}={texts.language}",
        "max_bytes": site.settings.web.max_upload_bytes,
        "texts": words,
    }
    return Template(read("phone", "html")).substitute(
        language=texts.language,
        title=html.escape(texts("site.title")),
        promise=html.escape(texts("site.promise")),
        nonce=nonce,
        colours=_colours(),
        style=read("phone", "css"),
        script=read("sending", "js") + read("phone", "js"),
        data=json.dumps(data).replace("<", "\\u003c"),
    )


def _colours() -> str:
    """Colours of the page as CSS variables, for light and for dark."""
    sets = {
        name: "".join(f"--{short}: {STREAMLIT[f'theme.{name}.{key}']};" for short, key in _COLOURS.items())
        for name in ("light", "dark")
    }
    return f":root {{ {sets['light']} }} @media (prefers-color-scheme: dark) {{ :root {{ {sets['dark']} }} }}"
