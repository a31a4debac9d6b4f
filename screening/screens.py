"""The order of a screen's stages: measured takes in, differences between the sides, findings and plan out.

May import: `catalog`, `findings`, `movements`, `planning`, `core`. The counterpart of `pipeline`, which does the same
for one take: it reads the catalogue and hands what it says to the stages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from screening import movements
from screening.catalog.exercises import load_exercises
from screening.catalog.intake import load_intake
from screening.catalog.language import DEFAULT_LANGUAGE
from screening.catalog.plan import load_plan
from screening.catalog.rules import load_rule_words, load_rules
from screening.catalog.wordings import load_wordings
from screening.core.datatypes import TakeResult
from screening.core.screen import (
    Answer,
    Asymmetry,
    Finding,
    Person,
    ScreenResult,
    ScreenTake,
    TakeEntry,
)
from screening.core.settings import DEFAULTS, Settings
from screening.findings import chain
from screening.findings.asymmetry import Wanted, compare_sides
from screening.findings.curves import curves
from screening.findings.sets import Filmed
from screening.planning import ordering, redflags

#: Its metrics stand in every screen, assessed or not.
_ALWAYS: Final = "split_squat"


@dataclass(frozen=True, kw_only=True)
class MeasuredTake:
    """One take of a screen: its name, what was declared about it, and what was measured."""

    name: str
    entry: TakeEntry
    result: TakeResult


def assess(
    person: Person,
    answers: Mapping[str, Answer],
    takes: Sequence[MeasuredTake],
    *,
    settings: Settings = DEFAULTS,
    language: str = DEFAULT_LANGUAGE,
) -> ScreenResult:
    """Compare the sides, follow the chain and make a plan.

    Parameters
    ----------
    person : Person
        Who was screened.
    answers : mapping
        Checked answers of the intake.
    takes : sequence of MeasuredTake
        All takes of the screen, at least one, each with a name of its own.
    settings : Settings
        Tolerances and levels of `settings.screen`.
    language : str
        Language of the sentences.

    Returns
    -------
    ScreenResult
        Everything the report of the screen shows.
    """
    filmed = [Filmed(name=t.name, result=t.result, specs=movements.load(t.result.movement).metrics) for t in takes]
    wanted = _wanted(filmed)
    asymmetries = compare_sides(filmed, wanted, settings.screen)
    found = chain.find(load_rules(), asymmetries, answers, filmed, load_rule_words(language))
    intake, policy, told = load_intake(language), load_plan(language), tuple(_take(t) for t in takes)
    flags = redflags.raised(intake, answers)
    return ScreenResult(
        person=person,
        intake=dict(answers),
        flags=flags,
        takes=told,
        asymmetries=asymmetries,
        curves=curves(filmed, [(w.movement, w.spec) for w in wanted], asymmetries, settings.screen),
        findings=found,
        plan=ordering.plan(
            load_exercises(language),
            found,
            answers,
            flags,
            policy=policy,
            stopped=redflags.stopped(intake, answers, told, policy),
        ),
        provenance=takes[0].result.provenance,
        sentences=_sentences(asymmetries, found, language),
        language=language,
    )


def _wanted(takes: Iterable[Filmed]) -> list[Wanted]:
    """Metrics that are compared: those of the main movement, then those of every other one whose takes have sides."""
    out = [Wanted(movement=_ALWAYS, spec=spec) for spec in movements.load(_ALWAYS).metrics]
    sided = {m.result.movement: m.specs for m in takes if any(x.lead is not None for x in m.result.measurements)}
    for movement, specs in sided.items():
        if movement != _ALWAYS:
            out += [Wanted(movement=movement, spec=spec) for spec in specs]
    return out


def _take(take: MeasuredTake) -> ScreenTake:
    reps = take.result.timeline.repetitions
    return ScreenTake(
        name=take.name,
        entry=take.entry,
        view=take.result.scene.view,
        lead=take.result.timeline.lead,
        reps_found=len(reps),
        reps_used=sum(r.used for r in reps),
        video_sha256=take.result.recording.sha256,
        checks=take.result.checks,
    )


def _sentences(asymmetries: Iterable[Asymmetry], findings: Iterable[Finding], language: str) -> dict[str, str]:
    """Every reason the result mentions by key, as a sentence."""
    words = load_wordings(language)
    keys = {*(a.reason for a in asymmetries), *(f.reason for f in findings)}
    return {key: words.reason(key) for key in sorted(keys) if key}
