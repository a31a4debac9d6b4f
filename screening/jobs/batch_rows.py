"""The summary of a batch: one row for each metric of a take, each comparison of a screen, or each refusal.

May import: `report`, `core` and the sibling file `batch_items`.

It holds nothing about when or where something was measured, so a batch that was interrupted and resumed gives the same
summary as one that was not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from screening.core.datatypes import TakeResult
from screening.core.screen import ScreenResult

#: Version and kind of `summary.json`.
SCHEMA: Final = {"schema_version": 1, "kind": "batch"}
#: Columns of `summary.csv`, the units of the numbers are in `unit`.
COLUMNS: Final = (
    "source", "kind", "take", "person", "status", "movement", "view", "lead", "repetitions_found", "repetitions_used",
    "metric", "unit", "value", "left", "right", "difference", "n", "sd", "sem", "mdc95", "larger_side", "verdict",
    "reason", "hint",
)  # fmt: skip

#: One row: column to cell; what is missing is an empty cell.
Row = Mapping[str, Any]


def take_rows(result: TakeResult, *, take: str = "", person: str = "") -> Iterator[Row]:
    """Give one row for each metric of a take, or a single one if it has none.

    Parameters
    ----------
    result : TakeResult
        The take.
    take, person : str
        Its name within a screen, and the code of the person, if it belongs to one.
    """
    from screening.report.exchange.tables import finite  # noqa: PLC0415

    reps = result.timeline.repetitions
    common = {
        "kind": "take",
        "take": take,
        "person": person,
        "movement": result.movement,
        "view": str(result.scene.view),
        "lead": str(result.timeline.lead or ""),
        "repetitions_found": len(reps),
        "repetitions_used": sum(r.used for r in reps),
    }
    for m in result.measurements:
        yield {
            **common,
            "lead": str(m.lead or common["lead"]),
            "metric": m.key,
            "unit": m.unit,
            "n": m.n,
            **{name: finite(getattr(m, name)) for name in ("value", "sd", "sem", "mdc95")},
            "verdict": str(m.verdict),
            "reason": result.sentences.get(m.reason, m.reason),
        }
    if not result.measurements:
        yield common


def screen_rows(result: ScreenResult, takes: Mapping[str, TakeResult]) -> Iterator[Row]:
    """Give the rows of each take of a screen, then one for each comparison of the sides.

    Parameters
    ----------
    result : ScreenResult
        The screen.
    takes : mapping
        Its takes by name.
    """
    from screening.report.exchange.tables import finite  # noqa: PLC0415

    for name, take in takes.items():
        yield from take_rows(take, take=name, person=result.person.code)
    for a in result.asymmetries:
        yield {
            "kind": "screen",
            "person": result.person.code,
            "movement": a.movement,
            "view": str(a.view or ""),
            "metric": a.metric,
            "unit": a.unit,
            **{name: finite(getattr(a, name)) for name in ("left", "right", "difference", "mdc95")},
            "n": min(a.n_left, a.n_right),
            "larger_side": str(a.larger_side or ""),
            "verdict": str(a.verdict),
            "reason": result.sentences.get(a.reason, a.reason),
        }


def write_summary(rows: Sequence[Row], counts: Mapping[str, int], out: Path) -> None:
    """Write `summary.csv` and `summary.json` into a folder that exists; each appears whole or not at all.

    Parameters
    ----------
    rows : sequence of mapping
        All rows in order.
    counts : mapping
        How many pieces of work ended how.
    out : Path
        The folder.
    """
    from screening.report.atomic import writing  # noqa: PLC0415
    from screening.report.exchange.tables import Column, Table  # noqa: PLC0415
    from screening.report.exchange.tidy import write_table  # noqa: PLC0415

    table = Table(
        name="summary",
        columns=tuple(Column(name=name) for name in COLUMNS),
        rows=lambda: (tuple(row.get(name) for name in COLUMNS) for row in rows),
    )
    write_table(table, out / "summary.csv")
    with writing(out / "summary.json") as file:
        plain = {**SCHEMA, "counts": dict(counts), "rows": list(rows)}
        json.dump(plain, file, ensure_ascii=False, allow_nan=False, indent=1)
        file.write("\n")
