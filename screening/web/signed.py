"""Signed reports for whom they are about: which versions there are, and the route to their files.

May import: Starlette, `store`, `web.access`, `web.clinic_routes`, `web.language`, `web.session` and `web.texts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from screening.store import ReviewRecord, Store
from screening.web.access import asker, is_first_look
from screening.web.clinic_routes import HEADERS, file_response
from screening.web.language import texts_for
from screening.web.session import Site
from screening.web.texts import Texts


def signed_versions(versions: Sequence[ReviewRecord]) -> list[ReviewRecord]:
    """Give the signed versions of a review, the newest first."""
    return [review for review in reversed(versions) if review.is_signed]


def signed_address(review: ReviewRecord, name: str, given: str) -> str:
    """Address of a file of a signed report, relative to the page; `given` is a grant for `own(review.screen)`."""
    return f"api/screens/{review.screen}/signed/{review.version}/{name}?grant={given}"


def own(screen: str) -> str:
    """What a grant for somebody's own screen is for; one for the clinician's pages opens nothing here, nor this there.

    Examples
    --------
    >>> own("7f3a")
    'own-7f3a'
    """
    return f"own-{screen}"


def signed_route(site: Site, usual: Texts) -> Route:
    """Make the route; a version that was not signed, or was changed since, is not found."""

    async def get_file(request: Request) -> Response:
        found = await run_in_threadpool(_answer, site, request)
        return found or JSONResponse({"error": texts_for(request, usual)("missing.file")}, 404, headers=HEADERS)

    return Route("/api/screens/{screen}/signed/{version:int}/{name:path}", get_file, methods=["GET"])


def _answer(site: Site, request: Request) -> Response | None:
    screen = request.path_params["screen"]
    who = asker(site, request, own(screen))
    path = _path(site.store, request) if who is not None else None
    if who is None or path is None:
        return None
    response = file_response(path, inline="save" not in request.query_params)
    if response is not None and is_first_look(request):
        site.store.audit.saw("screen", screen, who=who, part=path.suffix.lower().lstrip("."))
    return response


def _path(store: Store, request: Request) -> Path | None:
    held, name = request.path_params, request.path_params["name"]
    versions = signed_versions(store.reviews.versions(held["screen"]))
    review = next((review for review in versions if review.version == held["version"]), None)
    result = store.results.get(review.report) if review is not None else None
    return store.results.folder(result) / name if result is not None and name in result.files else None
