"""A finished result in other formats: one take, or a whole screen with its takes.

May import: `report`, `catalog`, `core` and the rest of `jobs`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from screening.catalog import Wordings, load_wordings
from screening.core.datatypes import TakeResult
from screening.core.errors import ConfigError, OutputExistsError, UsageError
from screening.core.screen import ScreenResult
from screening.core.settings import DEFAULTS, ReportSettings
from screening.jobs.screen_folder import TAKES, read_screen, write_screen
from screening.jobs.screen_reports import films_of, video_of
from screening.jobs.signature import signature_of
from screening.report.atomic import writing
from screening.report.exchange import fhir, schema
from screening.report.exchange.c3d import write_c3d
from screening.report.exchange.mot import write_mot
from screening.report.exchange.tables import Table, screen_tables, take_tables
from screening.report.exchange.tidy import write_table
from screening.report.exchange.trc import write_trc
from screening.report.exchange.xlsx import write_workbook
from screening.report.files import read_result, write_result
from screening.report.screen_model import Review
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


@dataclass(frozen=True, kw_only=True)
class _How:
    """What holds for every file of one export.

    folder: where the result lies; review: who signed it; wordings: in the language of the result.
    """

    folder: Path
    review: Review
    wordings: Wordings
    settings: ReportSettings


def export(
    source: Path,
    out: Path,
    formats: Sequence[str],
    *,
    paper: str,
    blur_face: bool = False,
    force: bool = False,
) -> tuple[Path, ...]:
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
    blur_face : bool
        Whether heads are blurred in the pictures of the PDF; they are anyway where they were when it was measured.
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
    settings = replace(DEFAULTS.report, paper=paper, blur_face=blur_face)
    jobs = _jobs(find_result(source), tuple(dict.fromkeys(formats)), settings)
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


def _jobs(path: Path, formats: Sequence[str], settings: ReportSettings) -> list[_Job]:
    signature = signature_of(path.parent.absolute())
    review = signature.review() if signature else Review()

    def how(language: str) -> _How:
        return _How(folder=path.parent, review=review, wordings=load_wordings(language), settings=settings)

    if is_screen(path):
        screen = read_screen(path)
        return [job for name in formats for job in _screen_jobs(screen, name, how(screen.language))]
    take = read_result(path)
    return [job for name in formats for job in _take_jobs(take, name, how(take.language))]


def _take_jobs(result: TakeResult, name: str, how: _How) -> list[_Job]:
    wordings = how.wordings
    if name in _MOTION:
        file, write = _MOTION[name]
        return [_Job(name=file, write=lambda to: write(result, to))]
    if name == "fhir":
        return [_fhir_job(fhir.take_bundle(result, wordings, how.review))]
    if name == "json":
        return [_Job(name="result.json", write=lambda to: write_result(result, to))]
    if name == "pdf":
        return [_Job(name="report.pdf", write=lambda to: _take_pdf(result, to, how))]
    if name == "schema":
        return [_schema_job("result")]
    title = wordings.sentence("report.title", movement=wordings.word("movement", result.movement))
    return _table_jobs(take_tables(result, wordings), name, title, _about_take(result), result.language)


def _screen_jobs(result: ScreenResult, name: str, how: _How) -> list[_Job]:
    wordings = how.wordings
    if name in _MOTION:
        file, write = _MOTION[name]
        return [_take_job(how.folder / TAKES / take.name, f"{take.name}_{file}", write) for take in result.takes]
    if name == "fhir":
        return [_fhir_job(fhir.screen_bundle(result, wordings, how.review))]
    if name == "json":
        return [_Job(name="screen.json", write=lambda to: write_screen(result, to))]
    if name == "pdf":
        return [_Job(name="report.pdf", write=lambda to: _screen_pdf(result, to, how))]
    if name == "schema":
        return [_schema_job("screen")]
    title = load_texts(EXCHANGE, result.language)("fhir.report_screen")
    about = {"person": result.person.code, "program": result.provenance.program_version}
    return _table_jobs(screen_tables(result, wordings), name, title, about, result.language)


def _take_job(folder: Path, name: str, write: Callable[[TakeResult, Path], None]) -> _Job:
    return _Job(name=name, write=lambda to: write(read_result(folder / "result.json"), to))


def _fhir_job(bundle: dict[str, Any]) -> _Job:
    return _Job(name="fhir.json", write=lambda to: fhir.write_bundle(bundle, to))


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


def _take_pdf(result: TakeResult, to: Path, how: _How) -> None:
    from screening.report.pdf import write_take_pdf  # noqa: PLC0415  (heavy)

    write_take_pdf(result, to, video=video_of(result, how.folder), settings=how.settings)


def _screen_pdf(result: ScreenResult, to: Path, how: _How) -> None:
    from screening.report.pdf import write_screen_pdf  # noqa: PLC0415  (heavy)

    write_screen_pdf(result, to, films_of(result, how.folder), settings=how.settings, review=how.review)
