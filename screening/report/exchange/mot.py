"""Joint angles as an OpenSim motion file (.mot): its coordinate names, its signs, degrees.

May import: numpy, core and the sibling files of `report`.

Names and signs are those of OpenSim's full-body models with a knee that bends positively (Rajagopal, LaiUhlrich).
Pelvis and lumbar coordinates are changes from the top of the split; what a view cannot show has no column.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from screening.core.datatypes import TakeResult
from screening.core.vocabulary import Observability, Side
from screening.report.atomic import writing


@dataclass(frozen=True, kw_only=True)
class Coordinate:
    """One coordinate of OpenSim: its name, the angle it comes from and the factor that turns its sign."""

    name: str
    angle: str
    factor: float = 1.0


def _limb(side: Side) -> tuple[Coordinate, ...]:
    tail, stem = side.value[0], f"{side.value}_deg"
    return (
        Coordinate(name=f"hip_flexion_{tail}", angle=f"hip_flexion_{stem}"),
        Coordinate(name=f"hip_adduction_{tail}", angle=f"hip_adduction_{stem}"),
        Coordinate(name=f"hip_rotation_{tail}", angle=f"hip_internal_rotation_{stem}"),
        Coordinate(name=f"knee_angle_{tail}", angle=f"knee_flexion_{stem}"),
        Coordinate(name=f"ankle_angle_{tail}", angle=f"ankle_dorsiflexion_{stem}"),
    )


COORDINATES: Final[tuple[Coordinate, ...]] = (
    # Anterior tilt turns about Z, the axis to the right, against the right hand.
    Coordinate(name="pelvis_tilt", angle="anterior_pelvic_tilt_deg", factor=-1.0),
    Coordinate(name="pelvis_list", angle="pelvic_obliquity_deg"),
    Coordinate(name="pelvis_rotation", angle="pelvic_rotation_deg"),
    *_limb(Side.RIGHT),
    *_limb(Side.LEFT),
    Coordinate(name="lumbar_extension", angle="lumbar_extension_deg"),
)


def write_mot(result: TakeResult, path: Path) -> None:
    """Write the angles of a take that its view shows, at the moments at which all of them were seen.

    OpenSim's `Storage`, which loads motions, stops at the first word that is no number: a gap cannot be written.
    Angles that are never seen together with the others are left out.
    """
    table = result.angle_table
    shown = [c for c in COORDINATES if _is_shown(result, c.angle)]
    seen = {c: np.isfinite(table.column(c.angle)) for c in shown}
    while shown and not np.all([seen[c] for c in shown], axis=0).any():
        shown.remove(min(shown, key=lambda c: int(seen[c].sum())))
    rows = np.all([np.ones(len(table.time_s), bool), *(seen[c] for c in shown)], axis=0)
    columns = [table.time_s, *(c.factor * table.column(c.angle) for c in shown)]
    values = np.stack(columns, axis=1)[rows]
    with writing(path) as file:
        file.write(f"Coordinates\nversion=1\nnRows={len(values)}\nnColumns={len(columns)}\ninDegrees=yes\n\n")
        file.write("Units are S.I. units (second, meters, Newtons, ...)\n")
        file.write("Pelvis and lumbar coordinates are changes from the top of the split, not a posture.\n")
        file.write("Moments at which one of these coordinates was not seen are left out.\n")
        file.write("\nendheader\n")
        file.write("\t".join(["time", *(c.name for c in shown)]) + "\n")
        for row in values.tolist():
            file.write("\t".join(f"{v + 0.0:.8f}" for v in row) + "\n")


def _is_shown(result: TakeResult, name: str) -> bool:
    table = result.angle_table
    known = table.observability.get(name, Observability.NONE) is not Observability.NONE
    return known and bool(np.isfinite(table.column(name)).any())
