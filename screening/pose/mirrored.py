"""Runs the network over a take, as filmed and flipped left to right, in one pass through the pictures.

May import: numpy, the standard library, `core` and the modules of this room; OpenCV on demand through `libraries`.

The network is biased to one side: flipped, it sees hips and knees elsewhere. Averaging both runs removes the bias by
construction, and their disagreement is part of the error. Each run has its own thread and network; the native code
works outside of Python's lock. The calling thread reads the pictures and, meanwhile, looks at the scenery.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from screening.core.datatypes import FloatArray, LandmarkSequence, PoseVariant, RawPose, Recording, Step
from screening.core.errors import TooShortError
from screening.core.settings import PoseSettings
from screening.core.vocabulary import Frame
from screening.pose import bundle, scenery
from screening.pose.blazepose import BlazePoseFinder, BlazePoseTracker, quiet
from screening.pose.estimator import N_LANDMARKS, Body, Picture, Rgb, Tracker
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
WAITING = 6

#: Longest time, in pictures, for which the native library is kept from talking.
SILENT = 60

Box = tuple[int, int, int, int]


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
    require_person(sum(body is not None for body in taken.bodies[0]), len(taken.time_s), settings)
    names = ("original", "mirrored")[: len(taken.bodies)]
    scale = np.array([recording.width / taken.shape[1], recording.height / taken.shape[0]])
    return RawPose(
        variants=tuple(_variant(n, b, taken.time_s, scale) for n, b in zip(names, taken.bodies, strict=True)),
        luma=np.array(taken.luma),
        background_shift_px=np.array(taken.shift_px) * float(scale.mean()),
        edge_roll_deg=scenery.edge_roll_deg(_edges(taken), settings),
        model=settings.model,
        model_sha256=bundle.sha256_of(model),
    )


@dataclass
class _Taken:
    """What one pass collects, one entry a picture (bodies: a list for each run)."""

    bodies: tuple[list[Body | None], ...]
    time_s: list[float] = field(default_factory=list)
    luma: list[float] = field(default_factory=list)
    shift_px: list[float] = field(default_factory=list)
    kept: list[tuple[int, bytes]] = field(default_factory=list)
    edges: list[tuple[int, scenery.Edges]] = field(default_factory=list)
    shape: tuple[int, ...] = (0, 0)


@dataclass(frozen=True)
class _Run:
    """One network with its thread."""

    tracker: Tracker
    thread: ThreadPoolExecutor
    flip: bool

    def submit(self, rgb: Rgb, time_s: float, crop: Box | None) -> Future[Body | None]:
        return self.thread.submit(self._track, rgb, time_s, crop)

    def _track(self, rgb: Rgb, time_s: float, crop: Box | None) -> Body | None:
        left, top, right, bottom = crop or (0, 0, rgb.shape[1], rgb.shape[0])
        part = rgb[top:bottom, left:right]
        body = self.tracker.track(np.ascontiguousarray(part[:, ::-1] if self.flip else part), time_s)
        if body is not None and self.flip:
            body = body.unmirrored(part.shape[1])
        return body.moved(left, top) if body is not None and crop else body


@dataclass(frozen=True)
class _Waiting:
    """A picture that was handed out; the small grey one only where the background is measured."""

    results: tuple[Future[Body | None], ...]
    grey: tuple[Rgb, float] | None


def _pass(
    pictures: Iterable[Picture],
    recording: Recording,
    mirrored: bool,
    settings: PoseSettings,
    how: tuple[Path, Callable[[int], None], Box | None],
) -> _Taken:
    model, on_frame, crop = how
    with ExitStack() as stack:
        # The native library talks while it starts and when it first sees a body.
        silence = stack.enter_context(ExitStack())
        silence.enter_context(quiet())
        runs = _networks(stack, model, mirrored, settings)
        taken = _Taken(bodies=tuple([] for _ in runs))
        collect = _Collector(taken, on_frame)
        plan = _Plan(recording, settings)
        for picture in pictures:
            rgb = picture.rgb
            taken.shape = rgb.shape
            results = tuple(run.submit(rgb, picture.time_s, crop) for run in runs)
            grey = scenery.BackgroundMotion.prepare(rgb) if plan.background_due(picture.time_s) else None
            collect.waiting.append(_Waiting(results, grey))
            taken.luma.append(scenery.luma(rgb))
            if plan.look_due(picture.time_s):
                taken.kept.append((len(taken.time_s), packed(rgb)))
                if plan.edges_due(len(taken.kept)):
                    taken.edges.append((len(taken.time_s), scenery.vertical_edges(rgb)))
            taken.time_s.append(picture.time_s)
            collect.down_to(WAITING)
            if len(taken.time_s) > SILENT or any(taken.bodies[0]):
                silence.close()
        collect.down_to(0)
    if not taken.time_s:
        raise TooShortError("The recording holds no picture.", hint="Film again, for at least some seconds.")
    return taken


def _looks(taken: _Taken, model: Path, settings: PoseSettings) -> tuple[Look, ...]:
    """Look for everybody in the pictures kept.

    Notes
    -----
    After the pass, when its networks are closed: every network takes as much memory as everything else together.
    """
    with quiet(), closing(BlazePoseFinder(model, settings)) as finder:
        return tuple(look(finder, unpacked(data), picture, settings) for picture, data in taken.kept)


def _edges(taken: _Taken) -> list[scenery.Edges]:
    found = []
    for picture, edges in taken.edges:
        body = taken.bodies[0][picture]
        if body is not None:
            found.append(edges.off_body(body))
    return found


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


class _Plan:
    """When to look for people, for edges and at the background."""

    def __init__(self, recording: Recording, settings: PoseSettings) -> None:
        duration = max(float(recording.time_s[-1]), 1e-3)
        wanted = round(duration / settings.people_every_s)
        n_looks = min(max(settings.people_min_looks, wanted), settings.people_max_looks)
        self._look_every = duration / n_looks
        self._next_look = 0.5 * self._look_every
        self._edges_every = max(n_looks // settings.edge_looks, 1)
        self._background_every = settings.background_every_s
        self._next_background = 0.0

    def look_due(self, time_s: float) -> bool:
        """Whether people are looked for now."""
        if time_s < self._next_look:
            return False
        self._next_look += self._look_every
        return True

    def edges_due(self, n_looks: int) -> bool:
        """Whether this look searches for edges, too."""
        return n_looks % self._edges_every == 0

    def background_due(self, time_s: float) -> bool:
        """Whether the background is measured now."""
        if time_s < self._next_background:
            return False
        self._next_background = time_s + self._background_every - 1e-6
        return True


class _Collector:
    """Takes results in the order of the pictures and tells how far it got."""

    def __init__(self, taken: _Taken, on_frame: Callable[[int], None]) -> None:
        self.waiting: deque[_Waiting] = deque()
        self._taken = taken
        self._on_frame = on_frame
        self._background = scenery.BackgroundMotion()

    def down_to(self, count: int) -> None:
        """Wait until at most `count` pictures are under way; an exception of a run comes out here."""
        while len(self.waiting) > count:
            picture = self.waiting.popleft()
            for bodies, result in zip(self._taken.bodies, picture.results, strict=True):
                bodies.append(result.result())
            shift = float("nan")
            if picture.grey is not None:
                shift = self._background.shift_px(*picture.grey, self._taken.bodies[0][-1])
            self._taken.shift_px.append(shift)
            self._on_frame(len(self._taken.shift_px))


def _variant(name: str, bodies: Sequence[Body | None], time_s: Sequence[float], scale: FloatArray) -> PoseVariant:
    n = len(bodies)
    image, world = np.full((n, N_LANDMARKS, 2), np.nan), np.full((n, N_LANDMARKS, 3), np.nan)
    visibility = np.zeros((n, N_LANDMARKS))
    for i, body in enumerate(bodies):
        if body is not None:
            image[i], world[i], visibility[i] = body.pixels * scale, body.world, body.visibility
    history = (Step(name=f"blazepose_{name}"),)
    times = np.array(time_s)
    return PoseVariant(
        name=name,
        image=LandmarkSequence(
            position=image, visibility=visibility, time_s=times, frame=Frame.IMAGE_PX, history=history
        ),
        world=LandmarkSequence(
            position=world, visibility=visibility, time_s=times, frame=Frame.CAMERA_M, history=history
        ),
    )
