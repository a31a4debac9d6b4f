"""The order of the stages: one take from its video to everything that is said about it.

May import: every room below. The only file that knows which stage follows which; it reads the catalogue and hands
what it says to the stages.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

from screening import __version__, movements
from screening.catalog.errors import load_errors
from screening.catalog.wordings import Wordings, load_wordings
from screening.core.corrections import NO_HOOKS, Hooks
from screening.core.datatypes import (
    AngleTable,
    BodyMotion,
    LandmarkSequence,
    Measurement,
    Provenance,
    QualityCheck,
    RawPose,
    Recording,
    Scene,
    TakeResult,
    Timeline,
)
from screening.core.errormodel import NO_ERRORS, ErrorModel
from screening.core.errors import WrongViewError
from screening.core.progress import Progress
from screening.core.settings import DEFAULTS, Settings, TakeOptions
from screening.core.vocabulary import CheckLevel, Quality, Side, View
from screening.findings.metrics import measure, with_depth
from screening.kinematics import registry
from screening.motion import backline, cleaning, fusion, identity, pelvis_track, planted, quality, scene
from screening.pose.libraries import keep_blocks
from screening.pose.mirrored import estimate
from screening.pose.silhouette import person_masks
from screening.video.probe import probe
from screening.video.reader import Picture, VideoReader, spaced_indices

#: Length of a trunk in metres: the scale of the world landmarks' errors.
_TRUNK_M = 0.5
_LIBRARIES = ("mediapipe", "numpy", "scipy", "av", "opencv-contrib-python")


def analyze(
    video: Path | str,
    *,
    options: TakeOptions | None = None,
    settings: Settings = DEFAULTS,
    progress: Progress | None = None,
    hooks: Hooks = NO_HOOKS,
) -> TakeResult:
    """Measure one take.

    Parameters
    ----------
    video : Path or str
        The recording.
    options : TakeOptions, optional
        What is known about it; everything else is found out.
    settings : Settings
        Limits and parameters of the stages.
    progress : Progress, optional
        Called while the pictures are read; raising `CancelledError` in it stops the work.
    hooks : Hooks
        Who is told what was seen.

    Returns
    -------
    TakeResult
        Angles with standard errors, repetitions, metrics, quality checks, provenance.

    Raises
    ------
    InputError
        The recording was refused; the error says what was seen and what to do.
    ModelError
        The pose model is missing or damaged.
    """
    options = options or TakeOptions()
    load_wordings(options.language)  # a wrong word must not end the work at its end
    movements.load(options.movement)
    recording = probe(Path(video), limits=settings.video, capture_fps=options.capture_fps)
    again = look_again(recording, options=options, settings=settings)
    # Nobody else holds what was seen: a long take's landmarks go as soon as they have been averaged.
    return interpret(
        _seen(recording, options, settings, progress, hooks),
        recording,
        options=options,
        settings=settings,
        pictures=again,
        hooks=hooks,
    )


def _seen(
    recording: Recording, options: TakeOptions, settings: Settings, progress: Progress | None, hooks: Hooks
) -> RawPose:
    keep_blocks(True)
    raw = watch(recording, options=options, settings=settings, progress=progress)
    keep_blocks(False)
    hooks.saw(raw, recording, options)
    return raw


#: Opens the recording once more and gives the pictures of some frames.
Pictures = Callable[[Sequence[int]], Iterable[Picture]]


def look_again(recording: Recording, *, options: TakeOptions, settings: Settings = DEFAULTS) -> Pictures | None:
    """The way to see single pictures of a recording again; `fast` does without."""
    if options.quality is Quality.FAST:
        return None

    def pictures(frames: Sequence[int]) -> Iterator[Picture]:
        with VideoReader(
            Path(recording.path),
            recording=recording,
            mirrored=bool(options.mirrored),
            max_side_px=settings.surface.max_side_px,
            only=frames,
        ) as reader:
            yield from reader

    return pictures


def watch(
    recording: Recording, *, options: TakeOptions, settings: Settings = DEFAULTS, progress: Progress | None = None
) -> RawPose:
    """Look at every picture of a recording: where the body's landmarks are, and what the picture is like."""
    tell = progress or (lambda _stage, _done, _total: None)
    n_pictures = len(spaced_indices(recording.time_s, settings.video.analysis_fps))

    def pictures() -> Iterator[Picture]:
        with VideoReader(
            Path(recording.path),
            recording=recording,
            mirrored=bool(options.mirrored),
            max_fps=settings.video.analysis_fps,
            max_side_px=settings.pose.max_side_px,
        ) as reader:
            yield from reader

    return estimate(
        pictures,
        recording=recording,
        mirrored=options.quality is not Quality.FAST,
        settings=settings.pose,
        on_frame=lambda done: tell("pose", min(done, n_pictures), n_pictures),
    )


def interpret(  # noqa: PLR0913  (what was seen, and what is known)
    raw: RawPose,
    recording: Recording,
    *,
    options: TakeOptions,
    settings: Settings = DEFAULTS,
    pictures: Pictures | None = None,
    hooks: Hooks = NO_HOOKS,
    errors: ErrorModel | None = None,
) -> TakeResult:
    """Turn what was seen into angles, repetitions and metrics; needs no network.

    Without `pictures`, which gives single pictures of the video once more, the pelvis is not followed, unless `hooks`
    gives what was followed before. `errors` takes the place of the table of measured errors.
    """
    movement = movements.load(options.movement)
    errors = errors or load_errors()
    words = load_wordings(options.language)
    seen = fusion.mean_image(raw)
    quality.refuse_unusable(seen, raw, recording, settings.scene)
    view = scene.describe(
        raw, options, container_flipped=recording.flipped, settings=settings.scene, posture=movement.traits.posture
    )
    filming = quality.check(seen, raw, recording, view, settings.scene)
    del seen
    provenance = _provenance(raw, words, settings, errors)
    camera_moves = quality.camera_moves(raw, recording, settings.scene)
    legs = _legs(raw, view, options)
    del raw
    averaged = _averaged(legs, options, settings, overrules=hooks.overrules)
    del legs
    motion, image, checks = _motion(averaged, recording, view, settings)
    motion = replace(motion, camera_moves=camera_moves)
    timeline = hooks.edit(motion, movement.find(motion, options, settings.movement))
    if hooks.track is None:
        motion = _followed(motion, image, recording, timeline, options=options, settings=settings, pictures=pictures)
    else:
        motion = replace(motion, track=hooks.track(view, timeline))
    hooks.followed(motion.track, view, timeline)
    table = registry.compute(
        motion,
        reference=timeline.reference,
        lead=timeline.lead_of_frame(),
        joints=settings.joints,
        posture=movement.traits.posture,
        errors=errors if movement.traits.errors_measured else NO_ERRORS,
    )
    timeline = with_depth(timeline, table)
    known = errors.of_movement(options.movement, view.view)
    measurements = measure(movement.metrics, table, timeline, known)
    checks = [
        *filming,
        *checks,
        *_movement_checks(timeline, options, motion, settings),
    ]
    return TakeResult(
        recording=recording,
        options=_told(options),
        movement=options.movement,
        scene=view,
        checks=tuple(replace(c, sentence=words.check(c)) for c in checks),
        timeline=timeline,
        angle_table=table,
        measurements=measurements,
        image=image,
        body=motion.body,
        provenance=provenance,
        sentences=_sentences(words, table, measurements, timeline),
    )


@dataclass
class _Averaged:
    """All runs as one, the legs of the true sides; `runs` are image and world, the last is taken out first."""

    runs: list[LandmarkSequence]
    trunk_px: float
    lead: Side | None
    checks: list[QualityCheck]


def _legs(raw: RawPose, view: Scene, options: TakeOptions) -> identity.LegRepair:
    """Legs of the true sides, in the way that fits the movement; only side views are repaired."""
    # Markers know their sides.
    seen_from = View.OBLIQUE if raw.sides_known else view.view
    if movements.load(options.movement).traits.one_leg_moves:
        told = None if options.alternating else options.lead
        return planted.repair_moving_leg(raw.variants, view=seen_from, facing=view.facing, told=told)
    return identity.repair_legs(
        raw.variants,
        view=seen_from,
        facing=view.facing,
        roll_deg=view.roll_deg,
        told_lead=options.lead,
        roll_known=view.roll_source != "assumed",
    )


def _averaged(legs: identity.LegRepair, options: TakeOptions, settings: Settings, *, overrules: bool) -> _Averaged:
    """Average the runs, whose legs have their true sides."""
    contradicted = legs.lead and legs.certain and legs.lead is not options.lead and not options.alternating
    if options.lead and contradicted and not overrules:
        raise WrongViewError(
            f"The {options.lead} leg was declared to be in front, but the picture shows the {legs.lead} leg in front.",
            hint=f"Is it the {legs.lead} leg, or is the picture mirrored? Say so, or leave the lead out.",
        )
    trunk_px = identity.trunk_length_px(legs.variants)
    image = fusion.average([v.image for v in legs.variants], trunk_px, settings.cleaning)
    checks = [quality.mirror_disagreement(image, trunk_px)] if len(legs.variants) > 1 else []
    if legs.lead is not None:
        checks.append(quality.leg_identity(legs.repaired_share))
        checks.append(quality.front_leg(told=options.lead is not None, certain=legs.certain))
    world = fusion.average([v.world for v in legs.variants], _TRUNK_M, settings.cleaning)
    return _Averaged(runs=[image, world], trunk_px=trunk_px, lead=legs.lead, checks=checks)


def _motion(
    averaged: _Averaged, recording: Recording, view: Scene, settings: Settings
) -> tuple[BodyMotion, LandmarkSequence, list[QualityCheck]]:
    """Clean and level; the image landmarks also as they lie in the picture."""

    def cleaned() -> LandmarkSequence:
        # Nobody holds what was there before each step: a long take needs the room.
        return cleaning.resample(cleaning.clean(averaged.runs.pop(), settings.cleaning), recording.time_s)

    body = scene.to_body(scene.level(cleaned(), view.roll_deg), view.heading_deg)
    image = cleaned()
    motion = BodyMotion(
        image=scene.level(image, view.roll_deg),
        body=body,
        scene=view,
        trunk_px=averaged.trunk_px,
        lead_in_picture=averaged.lead,
        picture_px=(float(recording.width), float(recording.height)),
    )
    return motion, image, averaged.checks


def _followed(  # noqa: PLR0913  (everything that was found out so far)
    motion: BodyMotion,
    image: LandmarkSequence,
    recording: Recording,
    timeline: Timeline,
    *,
    options: TakeOptions,
    settings: Settings,
    pictures: Pictures | None,
) -> BodyMotion:
    """Follow the trunk's surface from behind or in front, the contour of the back and the flank from the side."""
    frames = pelvis_track.frames_to_follow(recording, timeline, settings.surface)
    if pictures is None or not frames or not movements.load(options.movement).traits.follows_pelvis:
        return motion
    if motion.scene.view.is_frontal:
        track = pelvis_track.follow(
            pictures(frames),
            image=image,
            recording=recording,
            scene=motion.scene,
            timeline=timeline,
            settings=settings.surface,
        )
        return replace(motion, track=track)
    if motion.scene.view.is_side:
        if options.quality is not Quality.BEST:
            settings = replace(settings, surface=replace(settings.surface, fps=settings.surface.outline_fps))
        frames = backline.frames_to_follow(recording, timeline, settings.surface)
        back = backline.follow(
            person_masks(pictures(frames), settings=settings.pose, flipped=motion.scene.facing < 0),
            image=image,
            recording=recording,
            scene=motion.scene,
            timeline=timeline,
            settings=settings.surface,
        )
        return replace(motion, track=back.track())
    return motion


def _movement_checks(
    timeline: Timeline, options: TakeOptions, motion: BodyMotion, settings: Settings
) -> Iterable[QualityCheck]:
    """What is worth saying about the repetitions, and whether the declared lead is the one in the picture."""
    reps, traits = timeline.repetitions, movements.load(options.movement).traits
    if not reps or not traits.counted:
        return
    used, needed = sum(r.used for r in reps), settings.movement.min_reps
    level = CheckLevel.OK if used >= needed else CheckLevel.WARNING
    yield QualityCheck(key="repetitions", level=level, values={"used": used, "found": len(reps), "needed": needed})
    shallow = sum(r.reason == "reason.shallow" for r in reps)
    yield QualityCheck(
        key="repetition_depth",
        level=CheckLevel.NOTICE if shallow else CheckLevel.OK,
        values={"shallow": shallow, "found": len(reps)},
    )
    if not traits.paced:
        return
    times = motion.image.time_s
    seconds = sum(float(times[r.end - 1] - times[r.start]) for r in reps) / len(reps)
    quick = seconds < settings.movement.quick_rep_s
    yield QualityCheck(
        key="tempo", level=CheckLevel.NOTICE if quick else CheckLevel.OK, values={"seconds": round(seconds, 1)}
    )


def _told(options: TakeOptions) -> dict[str, str | float | None]:
    plain = {k: (v.value if hasattr(v, "value") else v) for k, v in asdict(options).items()}
    return {k: (str(v).lower() if isinstance(v, bool) else v) for k, v in plain.items()}


def _provenance(raw: RawPose, words: Wordings, settings: Settings, errors: ErrorModel) -> Provenance:
    return Provenance(
        program_version=__version__,
        catalogue_version=words.version,
        model=raw.model,
        model_sha256=raw.model_sha256,
        settings_sha256=settings.sha256(),
        libraries={"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
        errors_date=errors.made.date,
        errors_sha256=errors.sha256(),
        faces_blurred=settings.report.blur_face,
    )


def _sentences(
    words: Wordings, table: AngleTable, measurements: Iterable[Measurement], timeline: Timeline
) -> Mapping[str, str]:
    """Every reason the result mentions by key, as a sentence."""
    keys = {
        *table.reason.values(),
        *table.gap_reason.values(),
        *(m.reason for m in measurements),
        *(r.reason for r in timeline.repetitions),
    }
    return {key: words.reason(key, view=table.view) for key in sorted(keys) if key}
