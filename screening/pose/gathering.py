"""What one pass through the pictures collects, and when it looks at what.

May import: numpy, the standard library, `core`, `estimator`, `scenery`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from screening.core.arrays import given
from screening.core.datatypes import FloatArray, LandmarkSequence, PoseVariant, Recording, Step
from screening.core.settings import PoseSettings
from screening.core.vocabulary import Frame
from screening.pose.estimator import N_LANDMARKS, Body
from screening.pose.scenery import Edges


class Bodies:
    """The bodies of one run, one entry a picture.

    Notes
    -----
    One array from the start: thousands of small ones between the pictures would keep the heap from shrinking, and a
    video of half a minute would take a gigabyte. Single precision is what the network gives.
    """

    def __init__(self, n_pictures: int) -> None:
        # pixels (2), world (3), visibility (1)
        self._values = np.empty((n_pictures, N_LANDMARKS, 6), np.float32)
        self._count = 0

    def append(self, body: Body | None) -> None:
        """Add the body of the next picture."""
        self._count += 1
        self.put(self._count - 1, body)

    def put(self, picture: int, body: Body | None) -> None:
        """Set the body of a picture that was added before."""
        row = self._values[: self._count][picture]
        row[:] = np.nan
        if body is not None:
            row[:, :2], row[:, 2:5], row[:, 5] = body.pixels, body.world, body.visibility

    def __getitem__(self, picture: int) -> Body | None:
        """Return the body of a picture, None where nobody was seen."""
        row = self._values[: self._count][picture].astype(np.float64)
        if np.isnan(row[0, 0]):
            return None
        return Body(pixels=row[:, :2], world=row[:, 2:5], visibility=row[:, 5])

    @property
    def n_seen(self) -> int:
        """In how many pictures there is a body."""
        return int(np.isfinite(self._values[: self._count, 0, 0]).sum())

    def variant(self, name: str, time_s: FloatArray, scale: FloatArray) -> PoseVariant:
        """Return everything as sequences, with pixels multiplied by `scale` (x, y)."""
        values = self._values[: self._count]
        # A score: nobody seen is no visibility.
        visibility, pixels = given(np.nan_to_num(values[..., 5], nan=0.0)), np.empty((*values.shape[:2], 2), np.float32)
        np.multiply(values[..., :2], scale, out=pixels, casting="same_kind")

        def sequence(position: FloatArray, frame: Frame) -> LandmarkSequence:
            history = (Step(name=f"blazepose_{name}"),)
            return LandmarkSequence(
                position=position, visibility=visibility, time_s=time_s, frame=frame, history=history
            )

        return PoseVariant(
            name=name,
            image=sequence(given(pixels), Frame.IMAGE_PX),
            world=sequence(given(values[..., 2:5].copy()), Frame.CAMERA_M),
        )


@dataclass
class Gathered:
    """What one pass collects, one entry a picture; bodies: one for each run.

    `kept` are pictures to be looked at later, `edges` the edges of some, both with the number of their picture.
    """

    bodies: tuple[Bodies, ...]
    time_s: list[float] = field(default_factory=list)
    luma: list[float] = field(default_factory=list)
    shift_px: list[float] = field(default_factory=list)
    kept: list[tuple[int, bytes]] = field(default_factory=list)
    edges: list[tuple[int, Edges]] = field(default_factory=list)
    shape: tuple[int, ...] = (0, 0)

    def edges_off_body(self) -> list[Edges]:
        """Edges that do not lie on the person followed, of the pictures in which that person is seen."""
        seen = [(self.bodies[0][picture], edges) for picture, edges in self.edges]
        return [edges.off_body(body) for body, edges in seen if body is not None]


class Plan:
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
