import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from screening.catalog import load_wordings
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Side, View
from screening.report.html import render_html, write_html
from screening.report.model import build_report
from screening.report.pictures import KeyPicture
from screening.video import probe
from tests.factories import make_result

WORDS = load_wordings()
SAMPLE = Path(__file__).parents[3] / "sample_videos" / "left_side_left_lead.mp4"
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>&amp;.mp4'
PICTURE = KeyPicture(rep=1, jpeg=b"\xff\xd8", width=3, height=4, alt="a", caption="c", details=("d",))


class Outline(HTMLParser):
    """Collects what the tests look at; text inside scripts is not markup for this parser either."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.ids = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]

    def of(self, tag):
        return [attrs for name, attrs in self.attributes if name == tag]


def page_of(pictures=(PICTURE,), **options):
    result = make_result(**options)
    return render_html(build_report(result, WORDS), result, pictures, WORDS)


@pytest.fixture(scope="module")
def page():
    return page_of()


def without_scripts(page):
    return re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)


def test_nothing_is_loaded_from_outside(page):
    outline = Outline(page)
    for attrs in (a for _, a in outline.attributes):
        for name in ("src", "href", "action", "srcset", "data"):
            value = attrs.get(name)
            assert value is None or value.startswith(("data:", "#")), value
    assert "://" not in without_scripts(page)
    assert "@import" not in page.split("</style>")[0]
    (policy,) = [m["content"] for m in outline.of("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "connect-src" not in policy


def test_order_from_plain_words_to_details(page):
    headings = re.findall(r"<h2[^>]*>([^<]+)</h2>", page)
    assert headings == [
        "What was seen",
        "How sure this is",
        "What would make the next recording better",
        "The lowest point of each repetition",
        "Values",
        "Curves",
        "The recording",
        "Method and limits",
    ]
    assert "A movement observation, never a diagnosis." in page


def test_headings_tables_and_pictures_are_labelled(page):
    outline = Outline(page)
    assert outline.tags.count("h1") == 1
    assert outline.of("html") == [{"lang": "en"}]
    assert any(m.get("name") == "viewport" for m in outline.of("meta"))
    assert len(outline.of("caption")) == len(outline.of("table")) > 2
    assert all(th.get("scope") in ("row", "col") for th in outline.of("th"))
    assert all(img.get("alt") for img in outline.of("img"))
    assert len(outline.ids) == len(set(outline.ids))
    charts = [d for d in outline.of("div") if "data-figure" in d]
    assert charts
    assert all(d["aria-label"] and d["data-figure"] in outline.ids for d in charts)
    targets = [a["href"][1:] for a in outline.of("a")]
    assert set(targets) <= set(outline.ids)


def test_a_hostile_file_name_stays_text():
    page = page_of(path=f"folder/{EVIL}".replace("/script", "\\script"))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_very_long_file_name_is_kept():
    name = "v" * 240 + ".mp4"
    assert name in page_of(path=name)


def test_charts_are_valid_json_that_cannot_end_their_element(page):
    blocks = re.findall(r'<script type="application/json" id="([^"]+)">(.*?)</script>', page, flags=re.DOTALL)
    assert {name for name, _ in blocks} >= {"chart-config", "rep-ranges", "time-knee", "mean-knee-left"}
    for name, text in blocks:
        assert "<" not in text
        assert json.loads(text), name
    ranges = json.loads(dict(blocks)["rep-ranges"])
    assert set(ranges) == {"all", "1", "2", "3"}


def test_rows_without_a_value_are_listed_with_their_reason(page):
    assert "Low-back arch" in page
    assert re.search(r"Not assessed</span> in this recording", page)


def test_alternating_legs_have_a_table_each():
    page = page_of(leads=(Side.LEFT, Side.RIGHT, Side.LEFT, Side.RIGHT))
    assert "Left leg in front" in page
    assert "Right leg in front" in page
    assert 'id="mean-knee-right"' in page


@pytest.mark.parametrize("options", [{"leads": (), "movement": "free"}, {"leads": (None, None), "movement": "squat"}])
def test_other_movements_give_a_whole_page(options):
    page = page_of(pictures=(), **options)
    assert page.rstrip().endswith("</html>")
    assert "No pictures are shown" in page


def test_view_from_behind_shows_the_trend_with_its_reason():
    page = page_of(view=View.BACK)
    assert "Trend only" in page
    assert "third to a half" in page


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("report") / "report.html"
    result = replace(make_result(), recording=probe(SAMPLE, limits=DEFAULTS.video))
    write_html(result, SAMPLE, out, settings=DEFAULTS.report)
    return out


def test_the_file_is_written_whole_with_its_pictures(written):
    page = written.read_text(encoding="utf-8")
    assert page.count("data:image/jpeg;base64,") == 3
    assert list(written.parent.iterdir()) == [written]


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark")])
def test_a_browser_draws_it_without_network_or_sideways_scrolling(written, chromium, width, scheme):
    asked, said = [], []
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    try:
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(written.as_uri())
        tab.wait_for_selector(".chart .main-svg")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        drawn = tab.evaluate("[...document.querySelectorAll('.chart')].every(c => c.querySelector('.trace'))")
        assert drawn
        tab.focus("#rep-choice")
        tab.keyboard.press("ArrowDown")
        shown = tab.evaluate("document.querySelector('[data-time=yes]').layout.xaxis.range")
        assert shown[0] > 0.5
        ink = tab.evaluate("getComputedStyle(document.querySelector('.chart svg text')).fill")
        assert ink == ("rgb(26, 35, 48)" if scheme == "light" else "rgb(232, 237, 243)")
    finally:
        context.close()
    assert not said
    assert all(url.startswith(("file:", "data:")) for url in asked)
