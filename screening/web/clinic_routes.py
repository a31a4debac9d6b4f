"""The routes of the clinician's pages: films and files of a screen, and everything about one person as a zip.

May import: Starlette, `store`, `jobs`, `core`, `web.clinic`, `web.session` and `web.texts`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from screening.core.errors import ScreeningError
from screening.store import Store, person_export
from screening.web.access import asker, is_first_look, reviewer
from screening.web.clinic import is_hidden, open_screen
from screening.web.session import Site
from screening.web.texts import Texts

_TYPES: Final = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/mp4",  # the same boxes; browsers play it under this name
    ".webm": "video/webm",
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
}
HEADERS: Final = {
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
}


def film_address(screen: str, take: str, given: str) -> str:
    """Address of the recording of a take, relative to the page."""
    return f"api/clinic/{screen}/film/{take}?grant={given}"


def file_address(screen: str, result: str, name: str, given: str) -> str:
    """Address of a file of results, relative to the page."""
    return f"api/clinic/{screen}/results/{result}/{name}?grant={given}"


def export_address(person: str, given: str) -> str:
    """Address of everything about a person as a zip, relative to the page."""
    return f"api/clinic/people/{person}.zip?grant={given}"


def clinic_routes(site: Site, texts: Texts) -> list[BaseRoute]:
    """All routes of the clinician's pages."""

    def answer(request: Request, find: Callable[[Store, Request], Path | None]) -> Response:
        return _screen_file(site, request, find) or _missing(texts)

    async def get_film(request: Request) -> Response:
        return await run_in_threadpool(answer, request, _film)

    async def get_result(request: Request) -> Response:
        return await run_in_threadpool(answer, request, _result)

    async def get_person(request: Request) -> Response:
        return await run_in_threadpool(_person, site, request) or _missing(texts)

    return [
        Route("/api/clinic/people/{person}.zip", get_person, methods=["GET"]),
        Route("/api/clinic/{screen}/film/{take}", get_film, methods=["GET"]),
        Route("/api/clinic/{screen}/results/{result}/{name:path}", get_result, methods=["GET"]),
    ]


def _missing(texts: Texts) -> Response:
    return JSONResponse({"error": texts("missing.file")}, 404, headers=HEADERS)


def _screen_file(site: Site, request: Request, find: Callable[[Store, Request], Path | None]) -> Response | None:
    store, screen = site.store, request.path_params["screen"]
    who = reviewer(site, request, screen)
    if who is None or open_screen(store, screen) is None:
        return None
    path = find(store, request)
    response = file_response(path, inline="save" not in request.query_params) if path is not None else None
    if path is not None and response is not None and is_first_look(request):
        store.audit.saw("screen", screen, who=who, part=path.suffix.lower().lstrip("."))
    return response


def _person(site: Site, request: Request) -> Response | None:
    person = request.path_params["person"]
    who = asker(site, request, person)
    if who is None:
        return None
    try:
        pieces = person_export.stream(site.store, person, who=who)
    except ScreeningError:
        return None
    headers = {**HEADERS, "Content-Disposition": 'attachment; filename="person.zip"'}
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)


def _film(store: Store, request: Request) -> Path | None:
    take, screen = store.takes.get(request.path_params["take"]), store.screens.get(request.path_params["screen"])
    if take is None or screen is None or take.screen != screen.id or is_hidden(store, screen.person):
        return None
    return store.takes.video(take)


def _result(store: Store, request: Request) -> Path | None:
    name: str = request.path_params["name"]
    found = store.results.get(request.path_params["result"])
    if found is None or found.screen != request.path_params["screen"] or name not in found.files:
        return None
    return store.results.folder(found) / name


def file_response(path: Path, *, inline: bool) -> Response | None:
    """Send a film or a file of results; None if there is none, or it is of a kind that no page shows."""
    if path.suffix.lower() not in _TYPES or not path.is_file():
        return None
    return FileResponse(
        path,
        filename=path.name,
        content_disposition_type="inline" if inline else "attachment",
        media_type=_TYPES[path.suffix.lower()],
        headers=HEADERS,
    )
