"""The PDF: what it says, that it fits its pages, and that it is the same file each time."""

import io
import re
from dataclasses import replace

import cv2
import numpy as np
import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from screening.catalog import load_wordings
from screening.catalog.exercises import load_exercises, read_drawing
from screening.core.errors import CatalogError, UsageError
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Side
from screening.report import pdf_parts as part
from screening.report.model import build_report
from screening.report.pdf import middle, smaller, write_screen_pdf, write_take_pdf
from screening.report.pdf_document import build
from screening.report.pdf_fonts import display_lines, is_rtl, legible, markup
from screening.report.pdf_svg import Drawing
from screening.report.pictures import KeyPicture
from screening.report.screen_model import Review, build_screen_report
from screening.report.screen_words import load_words
from tests.factories import make_result
from tests.unit.report.screens import make_screen

#: Whole documents are set and read again.
pytestmark = pytest.mark.slow

HEBREW, ARABIC, EMOJI = "שלום עולם", "مرحبا بالعالم", "\N{UNICORN FACE}"
LONG = "Maximiliana-Wilhelmine von und zu Habsburg-Hohenzollern-Sigmaringen"


def picture(rep=1, width=300, height=600):
    grey = np.full((height, width, 3), 128, np.uint8)
    done, data = cv2.imencode(".jpg", grey)
    assert done
    words = {"alt": "a", "caption": f"Repetition {rep}", "details": ()}
    return KeyPicture(rep=rep, jpeg=data.tobytes(), width=width, height=height, **words)


def take_pdf(folder, name="a.pdf", *, result=None, paper="a4", pictures=()):
    settings = replace(DEFAULTS.report, paper=paper)
    write_take_pdf(result or make_result(), folder / name, video=None, settings=settings, pictures=pictures)
    return folder / name


def screen_pdf(folder, name="s.pdf", *, paper="a4", review=None, **how):
    screen = make_screen(**how)
    write_screen_pdf(screen, folder / name, {}, settings=replace(DEFAULTS.report, paper=paper), review=review)
    return folder / name


def words_of(path):
    """Text of each page, blanks made one."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(path).pages]


def fonts_of(path):
    for page in PdfReader(path).pages:
        for font in page["/Resources"]["/Font"].values():
            yield font.get_object()


def test_a_take_says_the_words_and_numbers_of_the_report(tmp_path):
    path = take_pdf(tmp_path, pictures=[picture(k) for k in (1, 2, 3)])
    pages, report = words_of(path), build_report(make_result(), load_wordings())
    text = " ".join(pages)
    assert report.statement in pages[0]
    for line in (*report.summary, *report.certainty, *report.advice):
        assert line in pages[0]
    for row in report.rows:
        assert row.label in text
        assert row.value in text
    for line in (*report.limits, *(f.value for f in report.facts)):
        assert line in text
    assert "cd" * 20 in text.replace(" ", "")


def test_the_same_take_gives_the_same_bytes(tmp_path):
    a = take_pdf(tmp_path, "a.pdf", pictures=[picture()]).read_bytes()
    assert a == take_pdf(tmp_path, "b.pdf", pictures=[picture()]).read_bytes()
    other = make_result(path="other.mp4")
    assert a != take_pdf(tmp_path, "c.pdf", result=other, pictures=[picture()]).read_bytes()
    assert len(a) < 400_000


def test_fonts_are_embedded_and_the_file_says_what_it_is(tmp_path):
    path = take_pdf(tmp_path)
    fonts = list(fonts_of(path))
    embedded = [f for f in fonts if f.get("/FontDescriptor") and "/FontFile2" in f["/FontDescriptor"]]
    assert {str(f["/BaseFont"]).partition("+")[2] for f in embedded} >= {"DejaVuSans", "DejaVuSans-Bold"}
    reader = PdfReader(path)
    assert reader.metadata.title == build_report(make_result(), load_wordings()).title
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]
    assert len(reader.outline) >= 5


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_paper_is_a_choice(tmp_path, paper, size):
    box = PdfReader(take_pdf(tmp_path, paper=paper)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


def test_an_unknown_paper_is_refused(tmp_path):
    with pytest.raises(UsageError, match="a3"):
        take_pdf(tmp_path, paper="a3")
    assert not list(tmp_path.iterdir())


def structure(path):
    """Elements of the file in reading order, (kind, text), found through the numbers of their pieces on the pages."""
    reader = PdfReader(path)
    tree = reader.trailer["/Root"]["/StructTreeRoot"]
    texts = {}
    for page in reader.pages:
        open_, numbers = [], []
        for given, operator in ContentStream(page.get_contents(), reader).operations:
            if operator in (b"BDC", b"BMC"):
                open_.append(given[0])
                numbers += [given[1]["/MCID"]] if operator == b"BDC" else []
            elif operator == b"EMC":
                open_.pop()
            elif operator in (b"Tj", b"TJ", b"Do", b"S", b"f", b"f*", b"B"):
                assert len(open_) == 1, "drawn outside of the structure, or in two pieces at once"
        parents = tree["/ParentTree"]["/Nums"][2 * page["/StructParents"] + 1].get_object()
        assert numbers == list(range(len(parents)))
        texts |= {(page.indirect_reference.idnum, k): parents[k].get_object() for k in numbers}
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]

    def walk(element, above):
        element = element.get_object()
        assert element["/P"].get_object() == above
        yield element
        for kid in element["/K"]:
            if isinstance(kid, int):
                assert texts.pop((element.raw_get("/Pg").idnum, int(kid))) == element
            else:
                yield from walk(kid, element)

    found = list(walk(tree["/K"], tree))
    assert not texts, "pieces that no element holds"
    return found


def test_everything_on_the_pages_has_its_place_in_the_structure(tmp_path):
    review = Review(signed=True, name="Dr. Ada", date="2026-11-21", notes=HEBREW)
    path = screen_pdf(tmp_path, review=review, findings=20)
    elements = structure(path)
    kinds = [str(e["/S"]).removeprefix("/") for e in elements]
    assert kinds[:2] == ["Document", "H1"]
    assert kinds.count("H1") == 3
    assert set(kinds) == {"Document", "H1", "H2", "H3", "P", "L", "LI", "LBody", "Table", "TR", "TH", "TD", "Figure"}
    assert all(e["/Alt"] for e in elements if e["/S"] == "/Figure")
    assert {str(e["/A"]["/Scope"]) for e in elements if e["/S"] == "/TH"} == {"/Column", "/Row"}
    read = [e["/ActualText"] for e in elements if "/ActualText" in e]
    assert HEBREW in read
    assert any(
        line.startswith("How far the rear hip is lifted differs clearly") and "with the" in line for line in read
    )
    for e in elements:
        inside = {str(kid.get_object()["/S"]) for kid in e["/K"] if not isinstance(kid, int)}
        allowed = {"/L": {"/LI"}, "/LI": {"/LBody"}, "/Table": {"/TR"}, "/TR": {"/TH", "/TD"}}
        assert inside <= allowed.get(e["/S"], inside)


def test_a_picture_says_what_it_shows(tmp_path):
    elements = structure(take_pdf(tmp_path, pictures=[replace(picture(k), alt=f"{ARABIC} {k}") for k in (1, 2, 3)]))
    said = [e["/Alt"] for e in elements if e["/S"] == "/Figure"]
    assert [s for s in said if s.startswith(ARABIC)] == [f"{ARABIC} {k}" for k in (1, 2, 1, 2, 3)]
    assert "Knee flexion (°), repetition (%)" in said


def test_halves_of_letters_do_not_stop_the_file(tmp_path):
    words = " ".join(["a\ud800b"] * 60)
    read = [e.get("/ActualText") for e in structure(screen_pdf(tmp_path, note=words))]
    assert any("ab ab ab" in line for line in read if line)


def test_no_row_of_a_table_stands_alone_on_a_page():
    table = part.grid(["a", "b"], [[f"row {k}", "x"] for k in range(12)], (1, 1), width=400)
    _, whole = table.wrap(400, 10_000)
    found = {tuple(len(t._cellvalues) - 1 for t in table.split(400, room)) for room in range(1, int(whole))}
    assert found == {(), *((k, 12 - k) for k in range(2, 11))}


@pytest.mark.parametrize("findings", range(3, 11))
def test_neither_a_signature_nor_a_heading_stands_alone(tmp_path, findings):
    """Whatever fills the pages before, the last answers stand on the page of the signature."""
    pages = words_of(screen_pdf(tmp_path, findings=findings))
    (page,) = [p for p in pages if "Draft. Nobody has reviewed" in p]
    assert "How strong is the pain now?" in page
    assert not any(p.partition(" A movement observation")[0].endswith("along the chain") for p in pages)


def test_no_page_is_empty_and_the_feet_count_them(tmp_path):
    for path in (take_pdf(tmp_path), screen_pdf(tmp_path)):
        pages = words_of(path)
        for k, page in enumerate(pages, start=1):
            assert f"Page {k} of {len(pages)}" in page
            assert "never a diagnosis" in page
            assert len(page) > 300


def test_a_take_without_repetitions_has_its_report_too(tmp_path):
    path = take_pdf(tmp_path, result=make_result(leads=(), movement="free"))
    assert "Repetitions are not counted in a free movement." in words_of(path)[0]


def test_a_screen_leads_with_what_was_seen_and_compares_every_metric(tmp_path):
    pages, words = words_of(screen_pdf(tmp_path)), load_words()
    report = build_screen_report(make_screen(), words)
    assert report.findings[0].sentence.split(" (")[0] in pages[0]
    text = " ".join(pages)
    for c in report.comparisons:
        for cell in (c.label, c.left, c.right, c.difference, c.smallest, c.verdict_label):
            assert cell in text
    assert "This cannot be read in these videos." in text
    assert "Draft." in text
    for line in report.plan:
        assert line.exercise.name in text
        assert all(step in text for step in line.exercise.steps)


def test_red_flags_come_first_and_no_exercise_is_shown(tmp_path):
    pages = words_of(screen_pdf(tmp_path, flags=True))
    assert pages[0].index("Please read this first") < pages[0].index("What was seen")
    assert "You reported fever" in pages[0]
    text = " ".join(pages)
    for exercise in load_exercises():
        assert exercise.name not in text


def test_a_signed_report_names_who_signed(tmp_path):
    review = Review(signed=True, name="Dr. <b>Ada</b>", date="2026-11-21", notes=HEBREW, version=2)
    text = " ".join(words_of(screen_pdf(tmp_path, review=review)))
    assert "Date 2026-11-21 Version 2 Signature" in text
    assert "Reviewed and signed." in text
    assert "Dr. <b>Ada</b>" in text
    assert "Draft." not in text


def test_long_names_and_any_script_fit(tmp_path):
    note = f"{HEBREW} {ARABIC} {EMOJI} <b>\u674e</b> =CMD() & \u0000"
    path = screen_pdf(tmp_path, code=f"{LONG} {'X' * 200}", note=note, findings=20, paper="letter")
    pages = words_of(path)
    assert "unicorn face" in " ".join(pages)
    assert "U+674E" in " ".join(pages)
    assert "=CMD() &" in " ".join(pages)
    assert "more; they stand on the pages" in pages[0]
    assert "Page 2 of" in pages[1]
    assert "For the clinician" in pages[1]
    for x in horizontal_places(path):
        assert 0 <= x <= 612


def horizontal_places(path):
    """Where pieces of text begin, points from the left."""
    found = []

    def visit(text, _cm, tm, _font, _size):
        if text.strip():
            found.append(tm[4])

    for page in PdfReader(path).pages:
        page.extract_text(visitor_text=visit)
    assert found
    return found


def test_letters_that_cannot_be_drawn_are_named():
    assert legible(f"a{EMOJI}\u200d\ufe0fb") == "a[unicorn face]b"
    assert legible("\ud800x") == "x"
    assert legible(HEBREW) == HEBREW


def test_right_to_left_is_ordered_line_by_line():
    assert is_rtl(HEBREW)
    assert not is_rtl(f"3 {LONG} {HEBREW}")
    assert display_lines("אב גד", "DejaVuSans", 9, 400) == ("דג בא",)
    assert display_lines("אב גד", "DejaVuSans", 9, 12) == ("בא", "דג")
    assert "<br/>" in markup("אב גד", width=12)


def test_brackets_open_towards_what_they_hold():
    assert display_lines("א(ב)", "DejaVuSans", 9, 400) == ("(ב)א",)
    assert display_lines("א [x] ב", "DejaVuSans", 9, 400) == ("ב [x] א",)


def test_markup_is_never_read():
    assert markup("<b>&") == "&lt;b&gt;&amp;"
    part.text("<font color='red'>x</para>").wrap(100, 100)


def test_drawings_of_every_exercise_can_be_drawn():
    story = [Drawing(read_drawing(d), 60, name=d.file) for exercise in load_exercises() for d in exercise.drawings]
    assert len(story) > 20
    data = build(story, paper="a4", title="t", foot=("l", "{page} {total}"), subject="s")
    assert len(PdfReader(io.BytesIO(data)).pages) >= 1


def drawn(inside, css=""):
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50"><style>{css}</style>{inside}</svg>'
    data = build([Drawing(svg, 200)], paper="a4", title="t", foot=("l", "r"), subject="s")
    return PdfReader(io.BytesIO(data)).pages[0].get_contents().get_data().decode("latin-1")


def test_a_drawing_keeps_places_colours_and_turns():
    css = ".a{stroke:#ff0000;stroke-width:2}@media(prefers-color-scheme:dark){.a{stroke:#00ff00}}"
    line = '<line class="a" x1="0" y1="0" x2="20" y2="0"/>'
    content = drawn(f'<g transform="translate(10 5)">{line}</g>', css)
    assert "1 0 0 RG" in content
    assert "0 1 0 RG" not in content
    assert "1 0 0 1 10 5 cm" in content
    assert re.search(r"0 0 m 20 0 l", content)


def test_paths_may_be_relative_and_curved():
    content = drawn('<path d="M10,10 l5 0 h5 v5 q5,5 10,0 c1,1 2,2 3,3 s2 2 3 3 z" fill="none" stroke="currentColor"/>')
    assert "10 10 m 15 10 l 20 10 l 20 15 l" in content
    assert content.count(" c") >= 3


def test_what_cannot_be_drawn_is_a_fault_of_the_catalogue():
    with pytest.raises(CatalogError, match="foreignObject"):
        drawn("<foreignObject/>")
    with pytest.raises(CatalogError, match="view box"):
        Drawing("<svg/>", 10)
    with pytest.raises(CatalogError, match="not readable"):
        Drawing("<svg", 10)


def test_pictures_are_few_and_small():
    few = middle([picture(k) for k in range(1, 13)], 6)
    assert [p.rep for p in few] == [4, 5, 6, 7, 8, 9]
    small = smaller(picture(width=900, height=1800), DEFAULTS.report)
    assert max(small.width, small.height) == DEFAULTS.report.pdf_picture_max_side_px
    assert cv2.imdecode(np.frombuffer(small.jpeg, np.uint8), cv2.IMREAD_COLOR).shape[:2] == (small.height, small.width)
    assert smaller(picture(width=30, height=60), DEFAULTS.report) == picture(width=30, height=60)


def test_swapping_the_sides_swaps_the_words():
    words = load_words()
    screen = make_screen()
    plan = replace(screen.plan, items=tuple(replace(i, side=i.side and i.side.other) for i in screen.plan.items))
    a, b = (build_screen_report(s, words) for s in (screen, replace(screen, plan=plan)))
    assert [line.side for line in a.plan][:1] == ["right (the leg in front)"]
    assert [line.side for line in b.plan][:1] == ["left (the leg in front)"]
    assert screen.plan.items[0].side is Side.RIGHT
