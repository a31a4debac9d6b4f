"""The route that takes a video: straight to disk, with a one-time ticket, and on from where a lost connection left it.

May import: Starlette, `core` and `web.session`.

    HEAD  api/uploads/TICKET   how much has arrived: Upload-Offset, Upload-Length, Upload-Name
    PATCH api/uploads/TICKET   Upload-Offset, Upload-Length, X-File-Name; the rest of the file as body

Both need the ticket's secret in `X-Upload-Secret`. What arrived stays on disk until the upload is finished, stopped or
forgotten, also when the program is started anew. Offset 0 begins again from the start.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from screening.catalog.refusals import in_language
from screening.core.errors import ScreeningError
from screening.web.language import texts_for
from screening.web.session import Site
from screening.web.texts import Texts
from screening.web.tickets import PART, Ticket, TicketState

_BUFFER: Final = 4 * 1024**2
_NAME_LIMIT: Final = 1000
NO_STORE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


class _RefusedError(Exception):
    """An upload that is not wanted: HTTP status and the key of its sentence."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status, self.key = status, key


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """What the browser wants to send: from which byte on, of how many, under which name."""

    offset: int
    length: int
    name: str


def free_bytes(site: Site) -> int:
    """How large an upload the disk can take, bytes; the reserve is left alone."""
    return max(0, shutil.disk_usage(site.data).free - site.settings.web.min_free_bytes)


def upload_route(site: Site, usual: Texts) -> Route:
    """Make the route; errors are JSON, `{"error": sentence}` with 400, 403, 409, 413, 423 or 507.

    The sentence is in the language that the browser asks for, else that of `usual`.
    """

    async def take_upload(request: Request) -> Response:
        ticket_id, secret = request.path_params["ticket"], request.headers.get("x-upload-secret", "")
        if request.method == "HEAD":
            return _tell(site, ticket_id, secret)
        texts = texts_for(request, usual)
        try:
            return await _take(site, texts, request, (ticket_id, secret))
        except _RefusedError as err:
            return _error(texts, err.status, err.key)
        except ClientDisconnect:
            return _error(texts, 400, "upload.error_network")
        except ScreeningError as err:
            return JSONResponse({"error": " ".join(in_language(err.lines, texts.language))}, 500, headers=NO_STORE)
        except OSError:
            return _error(texts, 507, "upload.error_disk")

    return Route("/api/uploads/{ticket}", take_upload, methods=["HEAD", "PATCH"])


def _part(site: Site, ticket_id: str) -> Path:
    return site.uploads / f"{ticket_id}{PART}"


def _arrived(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _tell(site: Site, ticket_id: str, secret: str) -> Response:
    ticket = site.tickets.find(ticket_id, secret)
    if ticket is None or ticket.state is TicketState.EXPIRED:
        return Response(status_code=403, headers=NO_STORE)
    used = ticket.state is TicketState.USED
    told = {
        "Upload-Offset": str(ticket.length if used else _arrived(_part(site, ticket.id))),
        "Upload-Length": str(ticket.length),
        "Upload-Name": quote(ticket.name),
        "Upload-Done": "1" if used else "0",
    }
    return Response(status_code=200, headers={**NO_STORE, **told})


async def _take(site: Site, texts: Texts, request: Request, who: tuple[str, str]) -> Response:
    if site.tickets.is_busy(who[0]) and site.tickets.permits(*who):
        return _error(texts, 423, "upload.error_busy")
    wish = _read_wish(request)
    ticket = site.tickets.begin(*who, name=wish.name, length=wish.length)
    if ticket is None:
        raise _RefusedError(403, "upload.error_ticket")
    part = _part(site, ticket.id)
    complete = False
    try:
        if wish.offset not in (0, _arrived(part)):
            return JSONResponse({"offset": _arrived(part)}, 409, headers=NO_STORE)
        await _receive(request, part, wish, site)
        complete = _arrived(part) == wish.length
    except _RefusedError:
        part.unlink(missing_ok=True)
        raise
    finally:
        if not complete and not site.tickets.pause(ticket):
            part.unlink(missing_ok=True)  # stopped meanwhile
    if not complete:
        return JSONResponse({"offset": _arrived(part)}, 202, headers=NO_STORE)
    await run_in_threadpool(_settle, site, ticket, part)
    return JSONResponse({"bytes": wish.length}, headers=NO_STORE)


def _settle(site: Site, ticket: Ticket, part: Path) -> None:
    """Give what has arrived its place; a take of a screen is kept at once, so that no crash can lose it."""
    path = part.with_suffix(".video")
    part.replace(path)
    if ticket.screen:
        try:
            site.keep_take(ticket, path)
        except ScreeningError:
            site.tickets.pause(ticket)
            path.replace(part)
            raise
        site.tickets.complete(ticket, None)
    elif not site.tickets.complete(ticket, path):
        path.unlink(missing_ok=True)  # stopped in the very last moment


def _number(text: str) -> int:
    return int(text[:18]) if text.isdecimal() else -1


def _read_wish(request: Request) -> _Wish:
    headers = request.headers
    length = _number(headers.get("upload-length", ""))
    offset = _number(headers.get("upload-offset", "0"))
    if length == 0:
        raise _RefusedError(400, "upload.error_empty")
    if length < 0 or not 0 <= offset <= length:
        raise _RefusedError(400, "upload.error_network")
    return _Wish(offset=offset, length=length, name=unquote(headers.get("x-file-name", ""))[:_NAME_LIMIT])


async def _receive(request: Request, part: Path, wish: _Wish, site: Site) -> None:
    """Append the body to the file, as far as it comes; every byte that came is on disk when this ends."""
    limit = site.settings.web.max_upload_bytes
    if wish.length > limit:
        raise _RefusedError(413, "upload.error_large")
    if wish.length - wish.offset > free_bytes(site):
        raise _RefusedError(507, "upload.error_disk")
    n = wish.offset
    buffer = bytearray()
    try:
        with part.open("r+b" if wish.offset else "wb") as file:
            file.seek(wish.offset)
            try:
                async for chunk in request.stream():
                    n += len(chunk)
                    if n > wish.length:
                        raise _RefusedError(400, "upload.error_network")
                    buffer += chunk
                    if len(buffer) >= _BUFFER:
                        await run_in_threadpool(file.write, bytes(buffer))
                        buffer.clear()
            finally:
                await run_in_threadpool(_write_out, file, bytes(buffer))
    except OSError as err:
        raise _RefusedError(507, "upload.error_disk") from err


def _write_out(file: BinaryIO, rest: bytes) -> None:
    file.write(rest)
    file.flush()
    os.fsync(file.fileno())


def _error(texts: Texts, status: int, key: str) -> JSONResponse:
    return JSONResponse({"error": texts(key)}, status, headers=NO_STORE)
