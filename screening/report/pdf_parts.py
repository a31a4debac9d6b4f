"""Building blocks of the PDF, each with its place in the structure: headings, lists, tables, boxes and pictures.

May import: reportlab, core and the sibling files of `report`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Image, KeepTogether, Paragraph, Spacer, Table, TableStyle

from screening.report.pdf_fonts import BOLD, REGULAR, has_rtl, is_rtl, legible, markup, register
from screening.report.pdf_tags import of_layout, of_table, piece

INK, SOFT, LINE, PALE = HexColor("#1f2933"), HexColor("#52606d"), HexColor("#cbd2d9"), HexColor("#f2f5f7")
ACCENT, ALARM, ALARM_PALE = HexColor("#0b5c7a"), HexColor("#a1260d"), HexColor("#fdf0ed")
_HEADINGS: Final = {"title": "H1", "h1": "H2", "h2": "H3"}


def style(name: str) -> ParagraphStyle:
    """One of the styles of text: title, h1, h2, body, lead, small, cell, cell_bold, cell_soft."""
    register()
    return _STYLES[name]


def _make(name: str, size: float, *, font: str = REGULAR, colour: Color = INK, **more: Any) -> ParagraphStyle:
    leading = more.pop("leading", 1.38 * size)
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=leading, textColor=colour, **more)


_STYLES: Final = {
    s.name: s
    for s in (
        _make("title", 19, font=BOLD, spaceAfter=3),
        _make("h1", 13.5, font=BOLD, colour=ACCENT, spaceBefore=11, spaceAfter=4, keepWithNext=1),
        _make("h2", 10.5, font=BOLD, spaceBefore=8, spaceAfter=3, keepWithNext=1),
        _make("lead", 10.5, spaceAfter=4),
        _make("body", 9.2, spaceAfter=3),
        _make("small", 7.6, colour=SOFT, spaceAfter=2),
        _make("cell", 8),
        _make("cell_bold", 8, font=BOLD),
        _make("cell_soft", 6.9, colour=SOFT),
        _make("cell_head", 7.4, font=BOLD, colour=SOFT),
    )
}


def text(content: str, kind: str = "body", *, width: float = 480.0) -> Paragraph:
    """A paragraph of plain text; nothing in it is read as mark-up."""
    chosen = style(kind)
    made = markup(content, font=chosen.fontName, size=chosen.fontSize, width=width)
    if has_rtl(content) and is_rtl(content):
        chosen = ParagraphStyle(f"{kind}_rtl", parent=chosen, alignment=TA_RIGHT)
    return _Text(made, chosen, content=content)


class _Text(Paragraph):  # type: ignore[misc]
    """A paragraph, or with a dot an item of a list; `content`: its plain text, empty in the parts of a divided one."""

    def __init__(self, *args: Any, content: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._content = content

    def draw(self) -> None:
        with piece(self.canv, "LI" if self.bulletText else "P", actual=_as_read(self, self._content)):
            super().draw()


def _as_read(drawn: Paragraph, content: str) -> str:
    """Text for those who have it read to them, where its lines or letters are drawn in another way; else nothing."""
    return content if len(drawn.blPara.lines) > 1 or has_rtl(content) else ""


def heading(content: str, kind: str = "h1") -> Flowable:
    """A heading that stands in the document's outline too."""
    return _Heading(content, kind)


class _Heading(Paragraph):  # type: ignore[misc]
    def __init__(self, content: str, kind: str) -> None:
        chosen = style(kind)
        super().__init__(markup(content, font=chosen.fontName, size=chosen.fontSize), chosen)
        self._content, self._name, self._kind = content, legible(content), _HEADINGS[kind]

    def split(self, _width: float, _height: float) -> list[Flowable]:
        """A heading stays whole."""
        return []

    def draw(self) -> None:
        key = f"h{self.canv.getPageNumber()}-{self._name}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(self._name, key, 0, closed=False)
        with piece(self.canv, self._kind, actual=_as_read(self, self._content)):
            super().draw()


def bullets(lines: Sequence[str], kind: str = "body", *, width: float = 470.0) -> list[Flowable]:
    """A list with dots."""
    chosen = style(kind)
    indented = ParagraphStyle(f"{kind}_dot", parent=chosen, leftIndent=10, bulletIndent=0, spaceAfter=2)
    made = (markup(line, font=chosen.fontName, size=chosen.fontSize, width=width - 12) for line in lines)
    return [_Text(one, indented, bulletText="•", content=line) for one, line in zip(made, lines, strict=True)]


def listed(head: str, lines: Sequence[str], *, width: float) -> list[Flowable]:
    """A small list below its heading; nothing where there are no lines."""
    return [heading(head, "h2"), *bullets(lines, "small", width=width)] if lines else []


_NO_PADDING: Final = [
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
]


def box(inside: Sequence[Flowable], *, width: float, alarm: bool = False) -> Table:
    """A framed, shaded box over the whole width."""
    table = Table([[item] for item in inside], colWidths=[width], renderCB=of_layout)
    ground, edge = (ALARM_PALE, ALARM) if alarm else (PALE, ACCENT)
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), ground),
                ("LINEBEFORE", (0, 0), (0, -1), 3, edge),
                ("LEFTPADDING", (0, 0), (-1, -1), 10),
                ("RIGHTPADDING", (0, 0), (-1, -1), 8),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
                ("TOPPADDING", (0, 0), (-1, 0), 6),
                ("BOTTOMPADDING", (0, -1), (-1, -1), 6),
            ]
        )
    )
    return table


def facts(
    pairs: Sequence[tuple[str, str]], *, width: float, columns: int = 2, label_width: float | None = None
) -> Table:
    """Names and values side by side, in one or two columns of pairs."""
    share = width / columns
    label_width = label_width or min(0.4 * share, 110.0)
    rows: list[list[Any]] = []
    for k in range(0, len(pairs), columns):
        row: list[Any] = []
        for label, value in pairs[k : k + columns]:
            row += [
                text(label, "cell_head", width=label_width - 8),
                text(value, "cell", width=share - label_width - 10),
            ]
        rows.append(row + [()] * (2 * columns - len(row)))
    widths = [label_width, share - label_width] * columns
    table = Table(rows, colWidths=widths, hAlign="LEFT", renderCB=of_table("Row"))
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_tight(), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return table


def _tight() -> list[tuple[Any, ...]]:
    return [
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]


def grid(head: Sequence[str], rows: Sequence[Sequence[Any]], widths: Sequence[float], *, width: float) -> Table:
    """A table with a head that is repeated on every page; `widths` are shares of the whole width.

    Cells are text, or ready flowables. Neither the first nor the last row stands alone on a page.
    """
    total = sum(widths)
    sizes = [width * w / total for w in widths]
    made = [[text(name, "cell_head", width=size - 8) for name, size in zip(head, sizes, strict=True)]]
    for row in rows:
        made.append(
            [
                text(cell, "cell", width=size - 8) if isinstance(cell, str) else cell
                for cell, size in zip(row, sizes, strict=True)
            ]
        )
    table = Table(made, colWidths=sizes, repeatRows=1, hAlign="LEFT", renderCB=of_table("Column"))
    table.setStyle(
        TableStyle(
            [
                *_whole(len(rows)),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, SOFT),
                ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
                *_tight(),
            ]
        )
    )
    return table


def _whole(n: int) -> list[tuple[Any, ...]]:
    """Commands that keep the first two and the last two of n rows below the head together."""
    return [("NOSPLIT", (0, 0), (-1, 2)), ("NOSPLIT", (0, n - 1), (-1, n))] if n > 1 else []


def together(head: Flowable, groups: Sequence[Sequence[Flowable]]) -> list[Flowable]:
    """Groups that each stay on one page, the first of them with its heading."""
    firsts = [[head, *group] if k == 0 else group for k, group in enumerate(groups)]
    return [KeepTogether(list(group)) for group in firsts]


def labelled(label: str, note: str, *, width: float) -> list[Flowable]:
    """A label with a smaller line of explanation below it, for a cell."""
    lines = [text(label, "cell_bold", width=width)]
    return [*lines, text(note, "cell_soft", width=width)] if note else lines


@dataclass(frozen=True, kw_only=True)
class Look:
    """One picture: a JPEG with its size in pixels, its caption, and what it shows for those who cannot see it."""

    jpeg: bytes
    width: int
    height: int
    caption: str
    alt: str


class _Figure(Image):  # type: ignore[misc]
    def __init__(self, look: Look, scale: float) -> None:
        super().__init__(io.BytesIO(look.jpeg), width=look.width * scale, height=look.height * scale)
        self.hAlign, self._alt = "LEFT", look.alt

    def draw(self) -> None:
        with piece(self.canv, "Figure", alt=self._alt):
            super().draw()


def pictures(items: Sequence[Look], *, width: float, columns: int, max_height: float) -> list[Flowable]:
    """Pictures side by side, of equal size, with their captions."""
    out: list[Flowable] = []
    share = width / columns
    for k in range(0, len(items), columns):
        cells: list[Any] = []
        for look in items[k : k + columns]:
            scale = min((share - 8) / look.width, max_height / look.height)
            caption = text(look.caption, "cell_soft", width=share - 10)
            cells.append([_Figure(look, scale), Spacer(1, 2), caption])
        cells += [()] * (columns - len(cells))
        table = Table([cells], colWidths=[share] * columns, hAlign="LEFT", renderCB=of_layout)
        table.setStyle(TableStyle([*_NO_PADDING, ("VALIGN", (0, 0), (-1, -1), "TOP")]))
        out += [table, Spacer(1, 4)]
    return out


def drawing_row(items: Sequence[tuple[Flowable, str]], *, width: float) -> Table:
    """Drawings side by side with their captions; they keep the size that they were made with."""
    share = width / max(len(items), 4)
    cells = [[drawn, Spacer(1, 2), text(caption, "cell_soft", width=share - 8)] for drawn, caption in items]
    table = Table([cells], colWidths=[share] * len(items), hAlign="LEFT", renderCB=of_layout)
    table.setStyle(TableStyle([*_NO_PADDING, ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return table
