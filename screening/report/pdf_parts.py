"""Building blocks of the PDF: page frame, styles, headings, lists, tables, boxes and pictures.

May import: reportlab, core and the sibling files of `report`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    Image,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from screening.core.errors import UsageError
from screening.report.pdf_fonts import BOLD, REGULAR, has_rtl, is_rtl, legible, markup, register

PAPERS: Final = {"a4": A4, "letter": letter}
INK, SOFT, LINE, PALE = HexColor("#1f2933"), HexColor("#52606d"), HexColor("#cbd2d9"), HexColor("#f2f5f7")
ACCENT, ALARM, ALARM_PALE = HexColor("#0b5c7a"), HexColor("#a1260d"), HexColor("#fdf0ed")
_MARGIN: Final = 18 * mm
_FOOT: Final = 9 * mm


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


class Numbered(Canvas):  # type: ignore[misc]
    """A canvas that knows how many pages there will be when it writes their feet."""

    foot: tuple[str, str] = ("", "")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  (reportlab's name)
        """Keep a page until all are there."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write all pages with their feet."""
        total = len(self._pages)
        for page in self._pages:
            self.__dict__.update(page)
            self._draw_foot(total)
            super().showPage()
        super().save()

    def _draw_foot(self, total: int) -> None:
        width = self._pagesize[0]
        left, right = self.foot
        self.setStrokeColor(LINE)
        self.setLineWidth(0.5)
        self.line(_MARGIN, _FOOT + 9, width - _MARGIN, _FOOT + 9)
        self.setFont(REGULAR, 7)
        self.setFillColor(SOFT)
        self.drawString(_MARGIN, _FOOT, left)
        self.drawRightString(width - _MARGIN, _FOOT, right.format(page=self._pageNumber, total=total))


def page_size(paper: str) -> tuple[float, float]:
    """Width and height of a paper in points.

    Raises
    ------
    UsageError
        If it is neither A4 nor Letter.
    """
    size = PAPERS.get(paper.lower())
    if size is None:
        raise UsageError(f"The paper {paper} is not known.", hint="Choose a4 or letter.")
    return float(size[0]), float(size[1])


def text_width(paper: str) -> float:
    """Width of the text on a paper, points."""
    return float(page_size(paper)[0] - 2 * _MARGIN)


def build(
    story: Sequence[Flowable], *, paper: str, title: str, foot: tuple[str, str], subject: str, language: str = "en"
) -> bytes:
    """Lay out a document; the same story always gives the same bytes.

    Parameters
    ----------
    story : sequence of Flowable
    paper : str
        "a4" or "letter".
    title, subject : str
        What the file says about itself.
    foot : (str, str)
        Left and right of every page's foot; the right one holds {page} and {total}.
    language : str
        That of the text, for those who have it read to them.
    """
    register()
    size, out = page_size(paper), io.BytesIO()
    bottom = _FOOT + 7 * mm
    frame = Frame(_MARGIN, bottom, size[0] - 2 * _MARGIN, size[1] - 14 * mm - bottom, 0, 0, 0, 0)
    document = BaseDocTemplate(
        out, pagesize=size, title=legible(title), author="movement-screen", subject=legible(subject),
        creator="movement-screen", lang=language, invariant=1, pageCompression=1,
    )  # fmt: skip
    document.addPageTemplates([PageTemplate("page", [frame])])
    feet = (legible(foot[0]), foot[1])

    class _Feet(Numbered):
        foot = feet

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.setViewerPreference("DisplayDocTitle", "true")

    document.build(list(story), canvasmaker=_Feet)
    return out.getvalue()


def text(content: str, kind: str = "body", *, width: float = 480.0) -> Paragraph:
    """A paragraph of plain text; nothing in it is read as mark-up."""
    chosen = style(kind)
    made = markup(content, font=chosen.fontName, size=chosen.fontSize, width=width)
    if has_rtl(content) and is_rtl(content):
        chosen = ParagraphStyle(f"{kind}_rtl", parent=chosen, alignment=TA_RIGHT)
    return Paragraph(made, chosen)


def heading(content: str, kind: str = "h1") -> Flowable:
    """A heading that stands in the document's outline too."""
    return _Heading(content, kind)


class _Heading(Paragraph):  # type: ignore[misc]
    def __init__(self, content: str, kind: str) -> None:
        chosen = style(kind)
        super().__init__(markup(content, font=chosen.fontName, size=chosen.fontSize), chosen)
        self._name, self._level = legible(content), 0 if kind in ("title", "h1") else 1

    def draw(self) -> None:
        key = f"h{self.canv.getPageNumber()}-{self._name}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(self._name, key, 0, closed=False)
        super().draw()


def bullets(lines: Sequence[str], kind: str = "body", *, width: float = 470.0) -> list[Flowable]:
    """A list with dots."""
    chosen = style(kind)
    indented = ParagraphStyle(f"{kind}_dot", parent=chosen, leftIndent=10, bulletIndent=0, spaceAfter=2)
    made = (markup(line, font=chosen.fontName, size=chosen.fontSize, width=width - 12) for line in lines)
    return [Paragraph(one, indented, bulletText="•") for one in made]


_NO_PADDING: Final = [
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
]


def box(inside: Sequence[Flowable], *, width: float, alarm: bool = False) -> Table:
    """A framed, shaded box over the whole width."""
    table = Table([[item] for item in inside], colWidths=[width])
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


def facts(pairs: Sequence[tuple[str, str]], *, width: float, columns: int = 2) -> Table:
    """Names and values side by side, in one or two columns of pairs."""
    share = width / columns
    label_width = min(0.4 * share, 110.0)
    rows: list[list[Any]] = []
    for k in range(0, len(pairs), columns):
        row: list[Any] = []
        for label, value in pairs[k : k + columns]:
            row += [
                text(label, "cell_head", width=label_width - 8),
                text(value, "cell", width=share - label_width - 10),
            ]
        rows.append(row + [""] * (2 * columns - len(row)))
    table = Table(rows, colWidths=[label_width, share - label_width] * columns, hAlign="LEFT")
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

    Cells are text, or ready flowables.
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
    table = Table(made, colWidths=sizes, repeatRows=1, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, SOFT),
                ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
                *_tight(),
            ]
        )
    )
    return table


def labelled(label: str, note: str, *, width: float) -> list[Flowable]:
    """A label with a smaller line of explanation below it, for a cell."""
    lines = [text(label, "cell_bold", width=width)]
    return [*lines, text(note, "cell_soft", width=width)] if note else lines


def pictures(
    items: Sequence[tuple[bytes, int, int, str]], *, width: float, columns: int, max_height: float
) -> list[Flowable]:
    """JPEG pictures (data, width, height, caption) side by side, of equal size, with their captions."""
    out: list[Flowable] = []
    share = width / columns
    for k in range(0, len(items), columns):
        cells: list[Any] = []
        for data, wide, high, caption in items[k : k + columns]:
            scale = min((share - 8) / wide, max_height / high)
            image = Image(io.BytesIO(data), width=wide * scale, height=high * scale)
            image.hAlign = "LEFT"
            cells.append([image, Spacer(1, 2), text(caption, "cell_soft", width=share - 10)])
        cells += [""] * (columns - len(cells))
        table = Table([cells], colWidths=[share] * columns, hAlign="LEFT")
        table.setStyle(TableStyle([*_NO_PADDING, ("VALIGN", (0, 0), (-1, -1), "TOP")]))
        out += [table, Spacer(1, 4)]
    return out


def drawing_row(items: Sequence[tuple[Flowable, str]], *, width: float) -> Table:
    """Drawings side by side with their captions; they keep the size that they were made with."""
    share = width / max(len(items), 4)
    cells = [[drawn, Spacer(1, 2), text(caption, "cell_soft", width=share - 8)] for drawn, caption in items]
    table = Table([cells], colWidths=[share] * len(items), hAlign="LEFT")
    table.setStyle(TableStyle([*_NO_PADDING, ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return table
