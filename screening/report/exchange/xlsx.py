"""Tables as one workbook: a sheet each, a sheet of units and meanings, and one that says where it comes from.

May import: openpyxl, core and sibling files of `report`.

Text is written as text, whatever it begins with: no cell of a workbook of this program is ever a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from screening.core.errors import UsageError
from screening.report.atomic import writing_bytes
from screening.report.exchange.tables import Cell, Table

#: What a cell holds at most.
_MAX_TEXT: Final = 32767
_MAX_ROWS: Final = 1_048_576
#: Files carry a time; one that never changes keeps the same content the same file.
_EPOCH: Final = datetime(2000, 1, 1)
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def write_workbook(
    tables: Sequence[Table], path: Path, *, about: Mapping[str, str], meanings: Mapping[str, str], title: str
) -> None:
    """Write tables as a workbook.

    Parameters
    ----------
    tables : sequence of Table
        One sheet each.
    path : Path
        The file to write; it appears whole or not at all.
    about : mapping
        Lines of the first sheet: what was made with what.
    meanings : mapping
        What each column holds, by its name, for the codebook.
    title : str
        Title of the document.
    """
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = title, "movement-screen"
    book.properties.created = book.properties.modified = _EPOCH
    _sheet(book, "about", ("name", "value"), about.items())
    _sheet(book, "codebook", ("table", "column", "unit", "meaning"), _codebook(tables, meanings))
    for table in tables:
        _sheet(book, table.name, [c.name for c in table.columns], table.rows())
    buffer = io.BytesIO()
    book.save(buffer)
    with writing_bytes(path) as file:
        _rezip(buffer.getvalue(), file)


def _codebook(tables: Sequence[Table], meanings: Mapping[str, str]) -> list[tuple[Cell, ...]]:
    return [(t.name, c.name, c.unit, meanings[c.name]) for t in tables for c in t.columns]


def _sheet(book: Workbook, name: str, header: Sequence[str], rows: Any) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for k, column in enumerate(header):
        sheet.column_dimensions[chr(ord("A") + k)].width = 60 if column in ("sentence", "reason", "meaning") else 16
    bold = Font(bold=True)
    head = [_text(sheet, text) for text in header]
    for cell in head:
        cell.font = bold
    sheet.append(head)
    for k, row in enumerate(rows):
        if k + 2 > _MAX_ROWS:
            raise UsageError(f"The table {name} has more rows than a sheet holds.", hint="Export it with --to csv.")
        sheet.append([_text(sheet, value) if isinstance(value, str) else value for value in row])


def _text(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)[:_MAX_TEXT])
    cell.data_type = "s"
    return cell


def _rezip(data: bytes, out: Any) -> None:
    """Pack the same parts with the same times, so that the same result gives the same bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as write:
        for entry in read.infolist():
            part = read.read(entry)
            if entry.filename == "docProps/core.xml":
                part = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", part)
            info = zipfile.ZipInfo(entry.filename, _EPOCH.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            write.writestr(info, part)
