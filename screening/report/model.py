"""A result in words: the one place of wording, rounding, units and side names for page, HTML and JSON.

May import: catalog, core and the sibling files `rows`, `bottom`, `numbers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from screening.catalog import Wordings, load_sources
from screening.core.datatypes import Provenance, QualityCheck, TakeResult
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import CheckLevel, Observability, Side
from screening.report.bottom import leads
from screening.report.legs import BY_KNEES, leg_heading, legs_of
from screening.report.rows import Missing, RepetitionRow, Row, ValueSet, missing, repetition_rows, value_sets

LIMITS = ("not_device", "not_symmetric", "one_take", "pelvis", "bias", "published", "local")
FRAMES = ("frame_angles", "frame_image", "frame_body")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A name and its value, as in a list of particulars."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class CheckLine:
    """One quality check in words."""

    title: str
    level: CheckLevel
    level_label: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class TakeReport:
    """Everything a report of one take says, in reading order.

    `summary`: what was seen; `certainty`: how sure; `missing`: what could not be assessed; `advice`: what would make
    the next recording better; `sets`: the values, one set per lead.
    """

    title: str
    statement: str
    video_name: str
    summary: tuple[str, ...]
    certainty: tuple[str, ...]
    missing_intro: str
    missing: tuple[Missing, ...]
    advice: tuple[str, ...]
    facts: tuple[Fact, ...]
    sets: tuple[ValueSet, ...]
    values_note: str
    leg_label: str
    repetitions: tuple[RepetitionRow, ...]
    pictures_note: tuple[str, ...]
    checks: tuple[CheckLine, ...]
    method: tuple[str, ...]
    limits: tuple[str, ...]
    sources: tuple[str, ...]
    provenance: tuple[Fact, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows of all sets, angles first."""
        return tuple(row for s in self.sets for row in (*s.angles, *s.metrics))


def build_report(result: TakeResult, wordings: Wordings) -> TakeReport:
    """Put a result into words.

    Parameters
    ----------
    result : TakeResult
        One measured take.
    wordings : Wordings
        The sentences of the catalogue.
    """
    movement = wordings.word("movement", result.movement)
    sources = load_sources(wordings.language)
    short = "" if result.movement in BY_KNEES else "_short"
    note = f"report.bottom_note{short}" if leads(result) else "report.range_note"
    return TakeReport(
        title=wordings.sentence("report.title", movement=movement),
        statement=wordings.sentence("report.statement"),
        video_name=PurePath(result.recording.path).name,
        summary=_summary(result, wordings, movement),
        certainty=_certainty(result, wordings),
        missing_intro=_missing_intro(result, wordings),
        missing=missing(result, wordings),
        advice=_advice(result, wordings),
        facts=_facts(result, wordings, movement),
        sets=value_sets(result, wordings),
        values_note=wordings.sentence(note),
        leg_label=wordings.word("label", legs_of(result.movement).label),
        repetitions=repetition_rows(result, wordings),
        pictures_note=_pictures_note(result, wordings),
        checks=tuple(_check_line(check, wordings) for check in result.checks),
        method=_method(wordings),
        limits=tuple(wordings.sentence(f"report.limit_{key}") for key in LIMITS),
        sources=tuple(f"{sources[key].citation} – {sources[key].says}" for key in wordings.cited),
        provenance=_provenance(result, wordings),
    )


def _summary(result: TakeResult, wordings: Wordings, movement: str) -> tuple[str, ...]:
    reps = result.timeline.repetitions
    counts = {"found": len(reps), "used": sum(rep.used for rep in reps), "movement": movement}
    seen_from = wordings.sentence("report.seen_view", view=wordings.view(result.scene.view))
    if result.movement == "free":
        return wordings.sentence("report.seen_free", seconds=result.recording.duration_s), seen_from
    if not reps:
        return wordings.sentence("report.seen_no_reps", movement=movement), seen_from
    if result.movement == "quiet_standing":
        time_s = result.angle_table.time_s
        seconds = float(time_s[reps[0].end - 1] - time_s[result.timeline.reference[0]])
        return wordings.sentence("report.seen_quiet", seconds=seconds), seen_from
    all_used = "_all" if counts["used"] == counts["found"] else ""
    key = "report.seen_one_rep" if len(reps) == 1 else f"report.seen_reps{all_used}"
    return tuple(
        text
        for text in (
            wordings.sentence(key, **counts),
            _lead_sentence(result, wordings),
            _depth_sentence(result, wordings),
            seen_from,
        )
        if text
    )


def _lead_sentence(result: TakeResult, wordings: Wordings) -> str:
    counts = {str(side): sum(rep.lead is side for rep in result.timeline.repetitions) for side in Side}
    legs = legs_of(result.movement)
    if all(counts.values()):
        key = "report.seen_alternating" if result.movement in BY_KNEES else "report.seen_limbs"
        return wordings.sentence(key, **counts)
    lead = next((side for side, n in counts.items() if n), "")
    if lead and legs.label != "lead":
        return f"{leg_heading(result.movement, Side(lead), wordings)}."
    return wordings.sentence("report.seen_lead", side=wordings.word("side", lead)) if lead else ""


def _depth_sentence(result: TakeResult, wordings: Wordings) -> str:
    """How deep it went, from the front knee of each lead; empty when the legs took turns (the tables say it)."""
    sets = leads(result)
    if len(sets) != 1 or result.movement not in BY_KNEES:
        return ""
    sides = list(Side) if sets[0] is None else [sets[0]]
    names = [f"knee_flexion_{side}_deg" for side in sides]
    rows = {row.key: row for s in value_sets(result, wordings) for row in s.angles}
    found = [rows[name] for name in names if name in rows]
    if len(found) != len(names) or not all(row.value for row in found):
        return wordings.sentence("report.seen_depth_unknown")
    if sets[0] is None:
        return _both_knees(found, wordings)
    row, seen = found[0], result.angle_table.observability[names[0]]
    if seen is Observability.TREND:
        return wordings.sentence("report.seen_depth_trend", value=row.value)
    key = "report.seen_depth" if row.error else "report.seen_depth_plain"
    return wordings.sentence(key, value=row.value, error=row.error.removeprefix("± "))


def _both_knees(rows: list[Row], wordings: Wordings) -> str:
    return wordings.sentence("report.seen_depth_squat", left=rows[0].value, right=rows[1].value)


def _certainty(result: TakeResult, wordings: Wordings) -> tuple[str, ...]:
    seen = list(result.angle_table.observability.values())
    total, good, trend = len(seen), seen.count(Observability.GOOD), seen.count(Observability.TREND)
    lines = [
        wordings.sentence("report.sure_good", count=good, total=total)
        if good
        else wordings.sentence("report.sure_none")
    ]
    if trend:
        lines.append(wordings.sentence("report.sure_trend", count=trend, total=total))
    serious = [c for c in result.checks if c.level is CheckLevel.WARNING]
    titles = "; ".join(wordings.check_title(c.key).lower() for c in serious)
    lines.append(
        wordings.sentence("report.sure_warnings", titles=titles)
        if serious
        else wordings.sentence("report.sure_recording_good")
    )
    if result.scene.mirrored_source == "assumed":
        lines.append(wordings.sentence("check.mirrored.assumed"))
    return tuple(lines)


def _missing_intro(result: TakeResult, wordings: Wordings) -> str:
    seen = list(result.angle_table.observability.values())
    none = seen.count(Observability.NONE)
    if not none:
        return wordings.sentence("report.not_assessed_none")
    return wordings.sentence("report.not_assessed_intro", count=none, total=len(seen))


def _advice(result: TakeResult, wordings: Wordings) -> tuple[str, ...]:
    lines = [wordings.check_advice(check) for check in result.checks]
    view, found = result.scene.view, leads(result)
    if result.movement == "split_squat":
        if not view.is_frontal:
            lines.append(wordings.sentence("report.next_back"))
        if not view.is_side:
            lines.append(wordings.sentence("report.next_side"))
        if len(found) == 1:
            lines.append(wordings.sentence("report.next_other_lead"))
    kept = tuple(dict.fromkeys(line for line in lines if line))
    return kept or (wordings.sentence("report.next_nothing"),)


def _facts(result: TakeResult, wordings: Wordings, movement: str) -> tuple[Fact, ...]:
    def label(key: str) -> str:
        return wordings.word("label", key)

    reps, recording = result.timeline.repetitions, result.recording
    found = {rep.lead for rep in reps if rep.lead}
    facts = [
        Fact(label=label("movement"), value=movement),
        Fact(label=label("view"), value=wordings.word("view_short", str(result.scene.view))),
    ]
    if found:
        lead = label("alternating") if len(found) > 1 else wordings.word("side", str(found.pop()))
        facts.append(Fact(label=label(legs_of(result.movement).label), value=lead))
    if reps:
        used = sum(rep.used for rep in reps)
        facts.append(Fact(label=label("repetitions"), value=f"{used} {label('of_found')} {len(reps)}"))
    picture = f"{recording.width} × {recording.height}, {recording.fps:.0f}/s"
    return (
        *facts,
        Fact(label=label("duration"), value=f"{recording.duration_s:.1f} s"),
        Fact(label=label("picture"), value=picture),
    )


def _pictures_note(result: TakeResult, wordings: Wordings) -> tuple[str, ...]:
    lines = [wordings.sentence("report.pictures_note")]
    if result.scene.view.is_side:
        lines.append(wordings.sentence("report.picture_hip_line_from_side"))
    return tuple(lines)


def _method(wordings: Wordings) -> tuple[str, ...]:
    cleaning = DEFAULTS.cleaning
    how = wordings.sentence("report.method", gap_s=cleaning.max_gap_s, cutoff_hz=cleaning.cutoff_hz)
    return (how, *(wordings.sentence(f"report.{key}") for key in FRAMES))


def _check_line(check: QualityCheck, wordings: Wordings) -> CheckLine:
    return CheckLine(
        title=wordings.check_title(check.key),
        level=check.level,
        level_label=wordings.word("level", str(check.level)),
        sentence=wordings.check(check),
    )


def _provenance(result: TakeResult, wordings: Wordings) -> tuple[Fact, ...]:
    stated = {k: v for k, v in result.options.items() if v is not None}
    told = Fact(
        label=wordings.word("label", "options"),
        value=", ".join(f"{k.replace('_', ' ')}: {v}" for k, v in stated.items()),
    )
    video = Fact(label=wordings.word("label", "video_sha256"), value=result.recording.sha256)
    return made_with(result.provenance, wordings, video, told)


def made_with(made: Provenance, wordings: Wordings, *about: Fact) -> tuple[Fact, ...]:
    """Versions and fingerprints of the program and what it read, then what else there is to say, then libraries."""
    lines = {
        "program": made.program_version,
        "catalogue": made.catalogue_version,
        "model": f"{made.model}, SHA-256 {made.model_sha256}",
        "settings_sha256": made.settings_sha256,
        "errors": f"{made.errors_date}, SHA-256 {made.errors_sha256}" if made.errors_sha256 else "",
    }
    named = [Fact(label=wordings.word("label", key), value=value) for key, value in lines.items() if value]
    return (*named, *about, *(Fact(label=name, value=version) for name, version in made.libraries.items()))
