"""The route that takes a video: straight to disk, with a one-time ticket.

May import: Starlette, `core` and `web.session`.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from screening.web.session import Site
from screening.web.texts import Texts
from screening.web.tickets import Ticket

_BUFFER: Final = 4 * 1024**2
NO_STORE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


class _RefusedError(Exception):
    """An upload that is not wanted: HTTP status and the key of its sentence."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status, self.key = status, key


def free_bytes(site: Site) -> int:
    """How large an upload the disk can take, bytes; the reserve is left alone."""
    return max(0, shutil.disk_usage(site.data).free - site.settings.web.min_free_bytes)


def upload_route(site: Site, texts: Texts) -> Route:
    """Make the route `PUT api/uploads/TICKET`, with the ticket's secret in `X-Upload-Secret`.

    The answer is JSON: `{"bytes": n}`, or `{"error": sentence}` with 400, 403, 413 or 507.
    """

    async def put_upload(request: Request) -> JSONResponse:
        ticket = site.tickets.begin(request.path_params["ticket"], request.headers.get("x-upload-secret", ""))
        if ticket is None:
            return _error(texts, 403, "upload.error_ticket")
        path = site.uploads / f"{ticket.id}.video"
        part = path.with_suffix(".part")
        arrived = False
        try:
            n = await _receive(request, part, site)
            part.replace(path)
            arrived = True
        except _RefusedError as err:
            return _error(texts, err.status, err.key)
        except ClientDisconnect:
            return _error(texts, 400, "upload.error_network")
        finally:
            part.unlink(missing_ok=True)
            _settle(site, ticket, path if arrived else None, request)
        return JSONResponse({"bytes": n}, headers=NO_STORE)

    return Route("/api/uploads/{ticket}", put_upload, methods=["PUT"])


def _settle(site: Site, ticket: Ticket, path: Path | None, request: Request) -> None:
    if path is None:
        site.tickets.give_back(ticket)
    elif not site.tickets.complete(ticket, path, unquote(request.headers.get("x-file-name", ""))):
        path.unlink(missing_ok=True)  # stopped in the very last moment


async def _receive(request: Request, part: Path, site: Site) -> int:
    """Stream the body into a file; return its length in bytes."""
    limit, room = site.settings.web.max_upload_bytes, free_bytes(site)
    announced = request.headers.get("content-length", "0")
    _check_size(int(announced[:18]) if announced.isdecimal() else 0, limit, room)
    n = 0
    buffer = bytearray()
    try:
        with part.open("wb") as file:
            async for chunk in request.stream():
                n += len(chunk)
                _check_size(n, limit, room)
                buffer += chunk
                if len(buffer) >= _BUFFER:
                    await run_in_threadpool(file.write, bytes(buffer))
                    buffer.clear()
            await run_in_threadpool(file.write, bytes(buffer))
    except OSError as err:
        raise _RefusedError(507, "upload.error_disk") from err
    if n == 0:
        raise _RefusedError(400, "upload.error_empty")
    return n


def _check_size(n: int, limit: int, room: int) -> None:
    if n > limit:
        raise _RefusedError(413, "upload.error_large")
    if n > room:
        raise _RefusedError(507, "upload.error_disk")


def _error(texts: Texts, status: int, key: str) -> JSONResponse:
    return JSONResponse({"error": texts(key)}, status, headers=NO_STORE)
