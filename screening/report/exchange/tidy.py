"""Tables as CSV files, UTF-8, one header line, text that a spreadsheet would run made harmless.

May import: sibling files of `report`.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from screening.report.atomic import writing
from screening.report.exchange.tables import Cell, Table
from screening.report.tables import safe_text


def write_table(table: Table, path: Path) -> None:
    """Write one table; an empty cell is "not assessed"; booleans are true and false."""
    with writing(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in table.columns])
        for row in table.rows():
            writer.writerow(_cells(row))


def _cells(row: Sequence[Cell]) -> list[str]:
    return [_cell(value) for value in row]


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_text(value) if isinstance(value, str) else str(value)
