"""The structure of a PDF for people who have it read to them: headings, lists, tables and figures in reading order.

May import: reportlab and the standard library.

ReportLab writes no structure of its own. Here every piece of text and every figure gets a number on its page, and an
element in a tree that the file ends with (ISO 32000-1, 14.7 and 14.8); lines, grounds and feet are artifacts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFPage, PDFString

#: What stands around an item of a list, and what its text is.
_LIST, _ITEM, _BODY = "L", "LI", "LBody"
_CELLS: Final = ("TH", "TD")


@dataclass(kw_only=True)
class _Element:
    """One element: its kind, its kids (elements, or page and number of a piece), and its object in the file."""

    kind: str
    kids: list[_Element | tuple[int, int]] = field(default_factory=list)
    plain: Any = field(default_factory=PDFDictionary)

    def add(self, kind: str) -> _Element:
        """Append a new element."""
        made = _Element(kind=kind)
        self.kids.append(made)
        return made

    def all(self) -> Iterator[_Element]:
        """Give the element and everything below it, in reading order."""
        yield self
        for kid in self.kids:
            if isinstance(kid, _Element):
                yield from kid.all()


class Tags:
    """The tree of one document while it is drawn; its canvas holds it as `tags`."""

    def __init__(self) -> None:
        self._open = [_Element(kind="Document")]
        self._pieces: dict[int, list[_Element]] = {}

    def begin(self, kind: str, *, scope: str = "") -> None:
        """Begin a group; `scope`, "Column" or "Row": of what a cell is the head."""
        made = self._open[-1].add(kind)
        if scope:
            made.plain["A"] = PDFDictionary({"O": PDFName("Table"), "Scope": PDFName(scope)})
        self._open.append(made)

    def end(self) -> None:
        """End the group that was begun last."""
        self._open.pop()

    def number(self, page: int, kind: str, said: dict[str, str]) -> tuple[str, int]:
        """Give the next piece of a page (from 1) its element and its number; return the element's kind and that."""
        element = self._element(kind, own=bool(said))
        for name, text in said.items():
            element.plain[name] = PDFString(text.encode("utf-8", "ignore").decode())  # no halves of a letter
        there = self._pieces.setdefault(page, [])
        element.kids.append((page, len(there)))
        there.append(element)
        return element.kind, len(there) - 1

    def _element(self, kind: str, *, own: bool) -> _Element:
        above = self._open[-1]
        if kind == "P" and above.kind in _CELLS and not own:
            return above  # text in a cell needs no paragraph
        if kind != _ITEM:
            return above.add(kind)
        last = above.kids[-1] if above.kids else None
        there = last if isinstance(last, _Element) and last.kind == _LIST else above.add(_LIST)
        return there.add(_ITEM).add(_BODY)

    def write(self, document: Any) -> None:
        """Put the tree into a document whose pages are all there."""
        pages = document.Pages.pages
        root = PDFDictionary({"Type": PDFName("StructTreeRoot")})
        above = document.Reference(root)
        references = {id(e): document.Reference(e.plain) for e in self._open[0].all()}
        _fill(self._open[0], above, references, [document.Reference(page) for page in pages])
        numbers: list[Any] = []
        for k, page in enumerate(pages):
            page.__NoDefault__ = [*PDFPage.__NoDefault__, "StructParents"]
            page.StructParents = k
            numbers += [k, PDFArray([references[id(e)] for e in self._pieces.get(k + 1, [])])]
        root["K"] = references[id(self._open[0])]
        root["ParentTree"] = PDFDictionary({"Nums": PDFArray(numbers)})
        document.Catalog.StructTreeRoot = root
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})


def _fill(element: _Element, above: Any, references: dict[int, Any], pages: list[Any]) -> None:
    """Write what an element is and holds, and everything below it; no element has pieces on two pages."""
    mine, plain = references[id(element)], element.plain
    kids: list[Any] = []
    for kid in element.kids:
        if isinstance(kid, _Element):
            _fill(kid, mine, references, pages)
            kids.append(references[id(kid)])
        else:
            plain["Pg"] = pages[kid[0] - 1]
            kids.append(kid[1])
    plain["S"], plain["P"], plain["K"] = PDFName(element.kind), above, PDFArray(kids)


@contextmanager
def piece(canvas: Any, kind: str, *, alt: str = "", actual: str = "") -> Iterator[None]:
    """What is drawn inside belongs to one element of the structure.

    Parameters
    ----------
    canvas : Canvas
        Where it is drawn, with its `tags`.
    kind : str
        H1, H2, H3, P, LI or Figure.
    alt : str
        What a figure shows.
    actual : str
        The text as it is read, where its letters are drawn in another order or its lines would run into each other.
    """
    said = {name: text for name, text in (("Alt", alt), ("ActualText", actual)) if text}
    named, number = canvas.tags.number(canvas.getPageNumber(), kind, said)
    canvas._code.append(f"/{named} <</MCID {number}>> BDC")
    yield
    canvas._code.append("EMC")


@contextmanager
def artifact(canvas: Any) -> Iterator[None]:
    """What is drawn inside is not read out."""
    canvas._code.append("/Artifact BMC")
    yield
    canvas._code.append("EMC")


def of_layout(table: Any, event: str, *_about: Any) -> None:
    """What a table calls while it is drawn that only puts things side by side: grounds and lines are artifacts."""
    if event in ("startBG", "startLines"):
        table.canv._code.append("/Artifact BMC")
    elif event in ("endBG", "endLines"):
        table.canv._code.append("EMC")


def of_table(head: str) -> Callable[..., None]:
    """What any other table calls; `head`: its first row holds the heads ("Column"), or its odd columns do ("Row")."""

    def told(table: Any, event: str, *about: Any) -> None:
        tags = table.canv.tags
        if event.endswith(("BG", "Lines")):
            of_layout(table, event)
        elif event == "startCell":
            is_head = about[0] == 0 if head == "Column" else about[1] % 2 == 0
            tags.begin("TH" if is_head else "TD", scope=head if is_head else "")
        elif event.startswith("start"):
            tags.begin("Table" if event == "startTable" else "TR")
        else:
            tags.end()

    return told
