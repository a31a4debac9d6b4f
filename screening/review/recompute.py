"""One take computed anew from its evidence, with a clinician's corrections.

May import: `pipeline`, `catalog`, `motion` and `core`, and the sibling files.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from screening.catalog.wordings import load_wordings
from screening.core.corrections import NO_CORRECTIONS, Corrections, Evidence, Hooks
from screening.core.datatypes import BodyMotion, QualityCheck, Scene, TakeResult, Timeline, Track
from screening.core.settings import DEFAULTS, Settings, TakeOptions
from screening.core.vocabulary import CheckLevel
from screening.pipeline import interpret
from screening.review.evidence import pulled_deg
from screening.review.mirror import flipped
from screening.review.repetitions import corrected

_OTHER_VIEW = "reason.view_corrected"
_OBLIQUITY = "pelvic_obliquity"


def recompute(
    evidence: Evidence, corrections: Corrections = NO_CORRECTIONS, *, settings: Settings = DEFAULTS
) -> TakeResult:
    """Compute a take anew; no network and no picture is needed.

    Parameters
    ----------
    evidence : Evidence
        What was seen when the take was measured.
    corrections : Corrections
        What is taken as true against what was read then; without any the result is that of the measuring.
    settings : Settings
        Limits and parameters of the stages.

    Returns
    -------
    TakeResult
        Everything computed anew. What was followed in the pictures (rotation, obliquity, tilt, arch) is turned around
        with the picture and follows another leg in front; after a corrected view it is not used and says why.

    Raises
    ------
    ScreeningError
        If the corrections contradict each other, or the take cannot be read with them.
    """
    if corrections.mirrored is not None and corrections.mirrored != bool(evidence.options.mirrored):
        evidence = flipped(evidence)
    options = _options(evidence, corrections)

    def edit(motion: BodyMotion, found: Timeline) -> Timeline:
        return corrected(motion, found, corrections, settings.movement)

    def track(scene: Scene, timeline: Timeline) -> Track | None:
        return _track(evidence, scene, timeline)

    hooks = Hooks(edit=edit, track=track, overrules=corrections.lead is not None)
    result = interpret(evidence.raw, evidence.recording, options=options, settings=settings, hooks=hooks)
    return _said(result, corrections)


def _options(evidence: Evidence, corrections: Corrections) -> TakeOptions:
    """What is told about the take now."""
    options = evidence.options
    if corrections.mirrored is not None:
        options = replace(options, mirrored=corrections.mirrored)
    if corrections.view is not None:
        options = replace(options, view=corrections.view)
    if corrections.lead is not None:
        # In front and back views the legs are known without being told; there the new lead is written down afterwards.
        side = (corrections.view or evidence.view).is_side
        options = replace(options, lead=corrections.lead if side else None, alternating=False)
    return options


def _track(evidence: Evidence, scene: Scene, timeline: Timeline) -> Track | None:
    """What was followed when the take was measured, as far as it still holds."""
    track = evidence.track
    if track is None:
        return None
    if scene.view is not evidence.view:
        return replace(track, value_deg=np.full_like(track.value_deg, np.nan), withheld=_OTHER_VIEW)
    value = np.array(track.value_deg)
    added = pulled_deg(track, scene.view, timeline)
    if not np.array_equal(added, evidence.pulled_deg):
        value[:, track.names.index(_OBLIQUITY)] += added - evidence.pulled_deg
    reference = [k for k in timeline.reference if np.isfinite(value[k]).any()]
    if reference:
        zero = np.median(value[reference], axis=0)
        value -= np.where(np.isfinite(zero), zero, 0.0)
    return replace(track, value_deg=value)


def _said(result: TakeResult, corrections: Corrections) -> TakeResult:
    """Say in the result's own checks that something was corrected by hand."""
    told = (corrections.lead, corrections.view, corrections.mirrored)
    n = sum(value is not None for value in told) + len(corrections.dropped) + len(corrections.borders)
    if not n:
        return result
    check = QualityCheck(key="corrected", level=CheckLevel.NOTICE, values={"n": n})
    check = replace(check, sentence=load_wordings(result.language).check(check))
    return replace(result, checks=(check, *result.checks))
