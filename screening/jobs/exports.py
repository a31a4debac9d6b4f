"""A finished result in other formats: one take, or a whole screen with its takes.

May import: `report`, `catalog`, `core` and the rest of `jobs`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from screening.catalog import Wordings, load_wordings
from screening.core.datatypes import TakeResult
from screening.core.errors import ConfigError, OutputExistsError, UsageError
from screening.core.screen import ScreenResult
from screening.core.settings import DEFAULTS, Settings
from screening.core.vocabulary import Side, View
from screening.jobs.screen_folder import TAKES, read_screen, write_screen
from screening.report.atomic import writing
from screening.report.exchange import fhir, schema
from screening.report.exchange.c3d import write_c3d
from screening.report.exchange.mot import write_mot
from screening.report.exchange.tables import Table, screen_tables, take_tables
from screening.report.exchange.tidy import write_table
from screening.report.exchange.trc import write_trc
from screening.report.exchange.xlsx import write_workbook
from screening.report.files import read_result, write_result
from screening.report.texts import EXCHANGE, load_texts

FORMATS: Final = ("csv", "xlsx", "trc", "mot", "c3d", "fhir", "pdf", "json", "schema")
_HINT: Final = "Give the folder of a take or of a screen, or its result.json or screen.json."
_MOTION: Final[dict[str, tuple[str, Callable[[TakeResult, Path], None]]]] = {
    "trc": ("landmarks.trc", write_trc),
    "mot": ("angles.mot", write_mot),
    "c3d": ("landmarks.c3d", write_c3d),
}


@dataclass(frozen=True, kw_only=True)
class _Job:
    """One file to write: its name below the folder of the export, and what writes it."""

    name: str
    write: Callable[[Path], None]


def export(source: Path, out: Path, formats: Sequence[str], *, paper: str, force: bool = False) -> tuple[Path, ...]:
    """Write a result in other formats.

    Parameters
    ----------
    source : Path
        Folder of a take or a screen, or its `result.json` or `screen.json`.
    out : Path
        Folder for the files; it is made if it is not there.
    formats : sequence of str
        Some of `FORMATS`.
    paper : str
        "a4" or "letter", for the PDF.
    force : bool
        Whether files of the same names are replaced.

    Returns
    -------
    tuple of Path
        The files in the order in which they were written.

    Raises
    ------
    ScreeningError
        If there is no such result or format, a file is in the way, or a library is missing.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        named = ", ".join(unknown) or "nothing"
        raise UsageError(f"There is no format {named}.", hint=f"Known are: {', '.join(FORMATS)}.")
    jobs = _jobs(find_result(source), tuple(dict.fromkeys(formats)), paper)
    if out.exists() and not out.is_dir():
        raise OutputExistsError(f"{out} is a file; a folder is needed.", hint="Name another folder with -o.")
    there = [job.name for job in jobs if (out / job.name).exists()]
    if there and not force:
        raise OutputExistsError(
            f"{out} already holds {', '.join(there[:3])}, and nothing is overwritten unasked.",
            hint="Name a new folder with -o, or say --force.",
        )
    out.mkdir(parents=True, exist_ok=True)
    for job in jobs:
        job.write(out / job.name)
    return tuple(out / job.name for job in jobs)


def find_result(source: Path) -> Path:
    """Return the `result.json` or `screen.json` that is meant.

    Raises
    ------
    ConfigError
        If there is none.
    """
    if source.is_dir():
        for name in ("screen.json", "result.json"):
            if (source / name).is_file():
                return source / name
        raise ConfigError(f"{source} holds neither result.json nor screen.json.", hint=_HINT)
    if not source.is_file():
        raise ConfigError(f"{source} does not exist.", hint=_HINT)
    return source


def is_screen(path: Path) -> bool:
    """Whether a file holds a whole screen, told by what stands in it."""
    if path.name in ("screen.json", "result.json"):
        return path.name == "screen.json"
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as err:
        raise ConfigError(f"{path} cannot be read as a result: {err}.", hint=_HINT) from err
    return isinstance(plain, dict) and "asymmetries" in plain


def _jobs(path: Path, formats: Sequence[str], paper: str) -> list[_Job]:
    if is_screen(path):
        screen = read_screen(path)
        wordings = load_wordings(screen.language)
        return [job for name in formats for job in _screen_jobs(screen, path, name, wordings, paper)]
    take = read_result(path)
    wordings = load_wordings(take.language)
    return [job for name in formats for job in _take_jobs(take, path, name, wordings, paper)]


def _take_jobs(result: TakeResult, path: Path, name: str, wordings: Wordings, paper: str) -> list[_Job]:
    if name in _MOTION:
        file, write = _MOTION[name]
        return [_Job(name=file, write=lambda to: write(result, to))]
    if name == "fhir":
        return [_Job(name="fhir.json", write=lambda to: fhir.write_bundle(fhir.take_bundle(result, wordings), to))]
    if name == "json":
        return [_Job(name="result.json", write=lambda to: write_result(result, to))]
    if name == "pdf":
        return [_Job(name="report.pdf", write=lambda to: _take_pdf(result, path.parent, to, paper))]
    if name == "schema":
        return [_schema_job("result")]
    title = wordings.sentence("report.title", movement=wordings.word("movement", result.movement))
    return _table_jobs(take_tables(result, wordings), name, title, _about_take(result), result.language)


def _screen_jobs(result: ScreenResult, path: Path, name: str, wordings: Wordings, paper: str) -> list[_Job]:
    if name in _MOTION:
        file, write = _MOTION[name]
        return [_take_job(path.parent / "takes" / take.name, f"{take.name}_{file}", write) for take in result.takes]
    if name == "fhir":
        return [_Job(name="fhir.json", write=lambda to: fhir.write_bundle(fhir.screen_bundle(result, wordings), to))]
    if name == "json":
        return [_Job(name="screen.json", write=lambda to: write_screen(result, to))]
    if name == "pdf":
        return [_Job(name="report.pdf", write=lambda to: _screen_pdf(result, path.parent, to, paper))]
    if name == "schema":
        return [_schema_job("screen")]
    title = load_texts(EXCHANGE, result.language)("fhir.report_screen")
    about = {"person": result.person.code, "program": result.provenance.program_version}
    return _table_jobs(screen_tables(result, wordings), name, title, about, result.language)


def _take_job(folder: Path, name: str, write: Callable[[TakeResult, Path], None]) -> _Job:
    return _Job(name=name, write=lambda to: write(read_result(folder / "result.json"), to))


def _schema_job(name: str) -> _Job:
    def write(to: Path) -> None:
        with writing(to) as file:
            file.write(schema.as_text(schema.schema(name)))

    return _Job(name=f"{name}.schema.json", write=write)


def _table_jobs(tables: Sequence[Table], name: str, title: str, about: dict[str, str], language: str) -> list[_Job]:
    if name == "csv":
        return [_csv_job(table) for table in tables]
    texts = load_texts(EXCHANGE, language)
    lines = {"title": title, **texts.group("about"), **about}
    meanings = texts.group("column")
    write = lambda to: write_workbook(tables, to, about=lines, meanings=meanings, title=title)  # noqa: E731
    return [_Job(name="tables.xlsx", write=write)]


def _csv_job(table: Table) -> _Job:
    return _Job(name=f"{table.name}.csv", write=lambda to: write_table(table, to))


def _about_take(result: TakeResult) -> dict[str, str]:
    made = result.provenance
    return {
        "video": Path(result.recording.path).name,
        "video_sha256": result.recording.sha256,
        "program": made.program_version,
        "catalogue": made.catalogue_version,
        "model": f"{made.model} {made.model_sha256}",
    }


def _take_pdf(result: TakeResult, folder: Path, to: Path, paper: str) -> None:
    from screening.report.pdf import write_take_pdf  # noqa: PLC0415  (heavy)

    write_take_pdf(result, to, video=video_of(result, folder), paper=paper, settings=DEFAULTS.report)


def _screen_pdf(result: ScreenResult, folder: Path, to: Path, paper: str) -> None:
    from screening.report.pdf import write_screen_pdf  # noqa: PLC0415  (heavy)

    takes = takes_of(result, folder)
    write_screen_pdf(result, to, takes=takes, videos=_videos(takes, folder), paper=paper, settings=DEFAULTS.report)


def write_reports(result: ScreenResult, folder: Path, *, settings: Settings) -> None:
    """Write `report.html` and `report.pdf` of a screen into its folder, which holds its takes.

    The videos are looked for where they were and beside each take; without one there are no pictures of that take.
    """
    from screening.report.screen_files import write_screen_reports  # noqa: PLC0415  (heavy)

    takes = takes_of(result, folder)
    write_screen_reports(result, folder, takes=takes, videos=_videos(takes, folder), settings=settings.report)


def takes_of(result: ScreenResult, folder: Path) -> dict[str, TakeResult]:
    """Read the takes of a screen that lie in its folder, by name."""
    paths = {take.name: folder / TAKES / take.name / "result.json" for take in result.takes}
    return {name: read_result(path) for name, path in paths.items() if path.is_file()}


def _videos(takes: Mapping[str, TakeResult], folder: Path) -> dict[str, Path | None]:
    return {name: video_of(found, folder / TAKES / name) for name, found in takes.items()}


def pair_of(result: ScreenResult) -> tuple[str, str] | None:
    """Names of a take with the left and one with the right leg in front that were filmed alike, from behind first."""
    order = [View.BACK, View.FRONT, View.LEFT, View.OBLIQUE]
    takes = [t for t in result.takes if t.lead is not None and t.reps_used]
    alike = [
        (a, b)
        for a in takes
        for b in takes
        if (a.lead, b.lead) == (Side.LEFT, Side.RIGHT)
        and a.entry.movement == b.entry.movement
        and (a.view is b.view or (a.view.is_side and b.view.is_side))
    ]
    places = {view: k for k, view in enumerate(order)}
    best = min(alike, key=lambda pair: places.get(pair[0].view, len(order)), default=None)
    return (best[0].name, best[1].name) if best else None


def write_pair(result: ScreenResult, folder: Path, to: Path, *, settings: Settings) -> bool:
    """Write both leads side by side; tell whether there were two takes filmed alike with their videos at hand."""
    from screening.report.overlay_pair import Half, write_overlay_pair  # noqa: PLC0415  (heavy)

    names = pair_of(result)
    if names is None:
        return False
    results = [read_result(folder / "takes" / name / "result.json") for name in names]
    videos = [video_of(found, folder / "takes" / name) for found, name in zip(results, names, strict=True)]
    halves = [Half(result=r, video=v) for r, v in zip(results, videos, strict=True) if v is not None]
    return len(halves) == 2 and write_overlay_pair(halves[0], halves[1], to, settings=settings.report)


def video_of(result: TakeResult, folder: Path) -> Path | None:
    """Return the video of a result, at its path or beside its folder, if it is still the same size."""
    named = Path(result.recording.path)
    for path in (named, folder / named.name, folder.parent / named.name):
        if path.is_file() and path.stat().st_size == result.recording.size_bytes:
            return path
    return None
