"""The local route that looks at small live pictures: landmarks and one sentence come back.

May import: Starlette, `core` and the rest of `web` but pages.
"""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from screening.catalog.refusals import in_language
from screening.core.errors import ScreeningError
from screening.web.language import texts_for
from screening.web.session import Site
from screening.web.texts import Texts
from screening.web.uploads import NO_STORE


def framing_route(site: Site, usual: Texts) -> Route:
    """Make the route `POST api/framing/TICKET`: a JPEG in, `{"key", "sentence", "points"}` out.

    The ticket is one that could still upload, and is not used up. Other answers: 400 no such picture, 403 no ticket,
    413 too large, 503 busy (ask again). Sentences are in the language that the browser asks for, else those of `usual`.
    """

    async def post_framing(request: Request) -> JSONResponse:
        texts, secret = texts_for(request, usual), request.headers.get("x-upload-secret", "")
        if not site.tickets.permits(request.path_params["ticket"], secret):
            return _say({"error": texts("upload.error_ticket")}, 403)
        jpeg = await _body(request, site.settings.framing.max_bytes)
        if jpeg is None:
            return _say({"error": texts("framing.unreadable")}, 413)
        asked = request.query_params
        try:
            answer = await run_in_threadpool(
                lambda: site.checker.check(
                    jpeg, handheld=asked.get("handheld") == "1", standing=asked.get("standing", "1") == "1"
                )
            )
        except ValueError:
            return _say({"error": texts("framing.unreadable")}, 400)
        except ScreeningError as err:
            what, hint = in_language(err.lines, texts.language)
            return _say({"error": what, "hint": hint}, 500)
        if answer is None:
            return _say({"error": texts("framing.busy")}, 503)
        return _say({"key": answer.key, "sentence": texts(f"framing.{answer.key}"), "points": answer.points}, 200)

    return Route("/api/framing/{ticket}", post_framing, methods=["POST"])


async def _body(request: Request, limit: int) -> bytes | None:
    """Read a small body; None if it is larger than allowed."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)


def _say(content: dict[str, Any], status: int) -> JSONResponse:
    return JSONResponse(content, status, headers=NO_STORE)
