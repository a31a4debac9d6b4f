"""Runs the network over a take, as filmed and flipped left to right, in one pass through the pictures.

May import: numpy, the standard library, `core` and the modules of this room; OpenCV on demand through `libraries`.

The network is biased to one side: flipped, it sees hips and knees elsewhere. Averaging both runs removes the bias by
construction, and their disagreement is part of the error. Each run has its own thread and network; the native code
works outside of Python's lock. The calling thread reads the pictures and, meanwhile, looks at the scenery.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from screening.core.datatypes import RawPose, Recording
from screening.core.errors import TooShortError
from screening.core.settings import PoseSettings
from screening.pose import bundle, scenery
from screening.pose.backwards import Box, Rewind, follow_back, track_part
from screening.pose.blazepose import BlazePoseFinder, BlazePoseTracker, quiet
from screening.pose.estimator import Body, Picture, Rgb, Tracker
from screening.pose.gathering import Bodies, Gathered, Plan
from screening.pose.libraries import give_back_memory
from screening.pose.people import (
    Look,
    choose,
    follows,
    look,
    packed,
    require_one_followed,
    require_person,
    union_box,
    unpacked,
)

#: Pictures waiting for the network: enough to bridge one search for edges, few enough to keep memory flat.
WAITING = 4

#: Longest time, in pictures, for which the native library is kept from talking.
SILENT = 60


def estimate(
    open_pictures: Callable[[], Iterable[Picture]],
    *,
    recording: Recording,
    mirrored: bool,
    settings: PoseSettings,
    on_frame: Callable[[int], None],
) -> RawPose:
    """Raw landmarks of the one person in a take.

    Parameters
    ----------
    open_pictures : callable
        Gives the pictures in the order of time; called again in the rare case that a second pass is needed.
    recording : Recording
        Size of the upright picture, to which all coordinates are scaled, and the times, over which looks are spread.
    mirrored : bool
        Whether the flipped run is made as well.
    on_frame : callable
        Told the number of pictures done; an exception raised in it stops everything cleanly and is passed on.

    Returns
    -------
    RawPose
        Variants `original` and, if asked for, `mirrored`, with NaN rows where nobody was found. `time_s` are the times
        of the pictures given. `background_shift_px` counts from the measurement before, about 0.2 s earlier.

    Raises
    ------
    NoPersonError, SeveralPeopleError, TooShortError, ModelError
    """
    model = bundle.ensure(settings.model)
    taken = _pass(open_pictures(), recording, mirrored, settings, (model, on_frame, None))
    chosen = choose(_looks(taken, model, settings), settings)
    if not follows(taken.bodies[0], chosen, settings):
        # The network holds on to whom it saw first: show it only the part where the person meant moves.
        crop = union_box(chosen, taken.shape)
        taken = _pass(open_pictures(), recording, mirrored, settings, (model, on_frame, crop))
        require_one_followed(follows(taken.bodies[0], chosen, settings))
    require_person(taken.bodies[0].n_seen, len(taken.time_s), settings)
    return _raw_pose(taken, recording, settings, model)


def _raw_pose(taken: Gathered, recording: Recording, settings: PoseSettings, model: Path) -> RawPose:
    names = ("original", "mirrored")[: len(taken.bodies)]
    time_s = np.array(taken.time_s)
    scale = np.array([recording.width / taken.shape[1], recording.height / taken.shape[0]])
    return RawPose(
        variants=tuple(b.variant(n, time_s, scale) for n, b in zip(names, taken.bodies, strict=True)),
        luma=np.array(taken.luma),
        background_shift_px=np.array(taken.shift_px) * float(scale.mean()),
        edge_roll_deg=scenery.edge_roll_deg(taken.edges_off_body(), settings),
        model=settings.model,
        model_sha256=bundle.sha256_of(model),
    )


@dataclass(frozen=True)
class _Run:
    """One network with its thread."""

    tracker: Tracker
    thread: ThreadPoolExecutor
    flip: bool

    def submit(self, rgb: Rgb, time_s: float, crop: Box | None) -> Future[Body | None]:
        return self.thread.submit(self._track, rgb, time_s, crop)

    def _track(self, rgb: Rgb, time_s: float, crop: Box | None) -> Body | None:
        return track_part(self.tracker, rgb, time_s, flip=self.flip, crop=crop)


@dataclass(frozen=True)
class _Waiting:
    """A picture that was handed out; the small grey one only where the background is measured."""

    rgb: Rgb
    results: tuple[Future[Body | None], ...]
    grey: tuple[Rgb, float] | None


def _pass(
    pictures: Iterable[Picture],
    recording: Recording,
    mirrored: bool,
    settings: PoseSettings,
    how: tuple[Path, Callable[[int], None], Box | None],
) -> Gathered:
    model, on_frame, crop = how
    with ExitStack() as stack:
        # The native library talks while it starts and when it first sees a body.
        silence = stack.enter_context(ExitStack())
        silence.enter_context(quiet())
        runs = _networks(stack, model, mirrored, settings)
        taken = Gathered(bodies=tuple(Bodies(recording.n_frames) for _ in runs))
        collect = _Collector(taken, on_frame, Rewind(len(runs), recording.fps, settings))
        plan = Plan(recording, settings)
        for picture in pictures:
            rgb = picture.rgb
            taken.shape = rgb.shape
            results = tuple(run.submit(rgb, picture.time_s, crop) for run in runs)
            grey = scenery.BackgroundMotion.prepare(rgb) if plan.background_due(picture.time_s) else None
            collect.waiting.append(_Waiting(rgb, results, grey))
            taken.luma.append(scenery.luma(rgb))
            if plan.look_due(picture.time_s):
                taken.kept.append((len(taken.time_s), packed(rgb)))
                if plan.edges_due(len(taken.kept)):
                    taken.edges.append((len(taken.time_s), scenery.vertical_edges(rgb)))
            taken.time_s.append(picture.time_s)
            collect.down_to(WAITING)
            if len(taken.time_s) > SILENT or collect.seen_somebody:
                silence.close()
        collect.down_to(0)
    if not taken.time_s:
        raise TooShortError("The recording holds no picture.", hint="Film again, for at least some seconds.")
    _follow_back(collect.rewind, taken, model, crop, settings)
    return taken


def _follow_back(rewind: Rewind, taken: Gathered, model: Path, crop: Box | None, settings: PoseSettings) -> None:
    """Follow whoever was seen too late back in time; after the pass, when its networks are closed."""
    if rewind.stretches:
        give_back_memory()
        with quiet():
            follow_back(rewind.stretches, taken.bodies, lambda: BlazePoseTracker(model, settings), crop, settings)


def _looks(taken: Gathered, model: Path, settings: PoseSettings) -> tuple[Look, ...]:
    """Look for everybody in the pictures kept.

    Notes
    -----
    After the pass, when its networks are closed: each takes 100 MiB.
    """
    give_back_memory()
    with quiet(), closing(BlazePoseFinder(model, settings)) as finder:
        looks = tuple(look(finder, unpacked(data), picture, settings) for picture, data in taken.kept)
    give_back_memory()
    return looks


def _networks(stack: ExitStack, model: Path, mirrored: bool, settings: PoseSettings) -> tuple[_Run, ...]:
    trackers = [BlazePoseTracker(model, settings) for _ in range(1 + mirrored)]
    runs = []
    for i, tracker in enumerate(trackers):
        stack.callback(tracker.close)
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"pose-{i}")
        # Closed before the networks; whatever still waits is dropped when the pass ends early.
        stack.callback(thread.shutdown, wait=True, cancel_futures=True)
        runs.append(_Run(tracker, thread, flip=i == 1))
    return tuple(runs)


class _Collector:
    """Takes results in the order of the pictures and tells how far it got."""

    def __init__(self, taken: Gathered, on_frame: Callable[[int], None], rewind: Rewind) -> None:
        self.waiting: deque[_Waiting] = deque()
        self.rewind = rewind
        self._taken = taken
        self._on_frame = on_frame
        self._background = scenery.BackgroundMotion()
        self.seen_somebody = False

    def down_to(self, count: int) -> None:
        """Wait until at most `count` pictures are under way; an exception of a run comes out here."""
        while len(self.waiting) > count:
            picture = self.waiting.popleft()
            found = [result.result() for result in picture.results]
            for bodies, body in zip(self._taken.bodies, found, strict=True):
                bodies.append(body)
            self.rewind.note(len(self._taken.shift_px), picture.rgb, found)
            self.seen_somebody = self.seen_somebody or found[0] is not None
            shift = self._background.shift_px(*picture.grey, found[0]) if picture.grey is not None else float("nan")
            self._taken.shift_px.append(shift)
            self._on_frame(len(self._taken.shift_px))
