"""The routes that hand out a job's files, to its owner only.

May import: Starlette, `jobs`, `core` and the rest of `web` but pages.
"""

from __future__ import annotations

import secrets
import zipfile
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from screening.jobs.queue import Job, JobState
from screening.jobs.take import OUTPUT_FILES
from screening.jobs.worker import RESULTS
from screening.web.access import asker, is_first_look
from screening.web.clinic_routes import clinic_routes
from screening.web.framing import framing_route
from screening.web.language import texts_for
from screening.web.measuring import SCREEN_FILE
from screening.web.phone import phone_routes
from screening.web.session import Site
from screening.web.signed import signed_route
from screening.web.texts import Texts
from screening.web.uploads import NO_STORE, upload_route

#: Everything in one file, made when somebody asks for it.
ARCHIVE: Final = "all.zip"
DOWNLOADS: Final = (*OUTPUT_FILES, ARCHIVE)
_MEDIA_TYPES: Final = {
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".mp4": "video/mp4",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
}
_STORED: Final = ".mp4"


def file_address(job: Job, given: str, name: str, *, inline: bool = False) -> str:
    """Address of one of a job's files, relative to the page; `given` is a grant for the job."""
    return f"api/jobs/{job.id}/{name}?grant={given}" + ("&inline=1" if inline else "")


def make_routes(site: Site, texts: Texts) -> list[BaseRoute]:
    """All routes beside Streamlit's own; `texts` is for browsers that ask for no language there is."""

    async def get_file(request: Request) -> Response:
        found = await run_in_threadpool(_job_file, site, request)
        return found or JSONResponse({"error": texts_for(request, texts)("missing.file")}, 404, headers=NO_STORE)

    return [
        upload_route(site, texts),
        framing_route(site, texts),
        *phone_routes(site, texts),
        *clinic_routes(site, texts),
        signed_route(site, texts),
        Route("/api/jobs/{job}/{name:path}", get_file, methods=["GET"]),
    ]


def _job_file(site: Site, request: Request) -> Response | None:
    """Give a file of a job to whoever may see it, None to everybody else."""
    number, name = request.path_params["job"], request.path_params["name"]
    who = asker(site, request, number)
    job = site.queue.get(number) if who is not None else None
    if who is None or job is None or job.state is not JobState.DONE or name not in _allowed(site, job):
        return None
    folder = site.queue.folder(job.id)
    path = _archive(folder) if name == ARCHIVE else folder / RESULTS / name
    if is_first_look(request):
        kind, seen = ("screen", job.screen) if job.screen else ("job", job.id)
        site.store.audit.saw(kind, seen, who=who, part=path.suffix.lstrip("."))
    return _file(path, name, inline="inline" in request.query_params)


def files_of(site: Site, job: Job) -> tuple[str, ...]:
    """Names of the results that are there, by path inside their folder: those of a take, or all of a screen's."""
    folder = site.queue.folder(job.id) / RESULTS
    if job.video != SCREEN_FILE:
        return OUTPUT_FILES
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix in _MEDIA_TYPES)
    names = sorted(path.relative_to(folder).as_posix() for path in found)
    return tuple(sorted(names, key=lambda name: name.count("/")))


def _allowed(site: Site, job: Job) -> tuple[str, ...]:
    return DOWNLOADS if job.video != SCREEN_FILE else files_of(site, job)


def _file(path: Path, name: str, *, inline: bool) -> Response:
    kind = "inline" if inline else "attachment"
    headers = {**NO_STORE, "Cache-Control": "private, no-cache", "X-Frame-Options": "SAMEORIGIN"}
    return FileResponse(
        path,
        filename=name.rpartition("/")[2],
        content_disposition_type=kind,
        media_type=_MEDIA_TYPES[path.suffix],
        headers=headers,
    )


def _archive(folder: Path) -> Path:
    """Pack the results into one file beside them, on disk, once."""
    archive = folder / ARCHIVE
    newest = max((folder / RESULTS / name).stat().st_mtime for name in OUTPUT_FILES)
    if archive.exists() and archive.stat().st_mtime >= newest:
        return archive
    part = folder / f".{ARCHIVE}.{secrets.token_hex(4)}.part"
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as pack:
            for name in OUTPUT_FILES:
                how = zipfile.ZIP_STORED if name.endswith(_STORED) else zipfile.ZIP_DEFLATED
                pack.write(folder / RESULTS / name, name, compress_type=how)
        part.replace(archive)
    finally:
        part.unlink(missing_ok=True)
    return archive
