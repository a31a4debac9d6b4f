"""The page of a whole screen: order, words, escaping, and that a browser shows it without any network."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from screening.core.screen import Basis, FrameToLook, PlanItem
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Verdict
from screening.report.files import read_result, write_tables
from screening.report.pictures import Film, KeyPicture
from screening.report.screen_files import write_screen_reports
from screening.report.screen_html import render_screen
from screening.report.screen_model import Review, build_screen_report
from screening.report.screen_pictures import screen_pictures
from screening.report.screen_words import load_words
from screening.video import probe
from tests.factories import make_result
from tests.unit.report.screens import make_screen
from tests.unit.report.test_html import Outline, without_scripts

WORDS = load_words()
SAMPLE = Path(__file__).parents[3] / "sample_videos" / "left_side_left_lead.mp4"
FRAMES = tuple(FrameToLook(take=name, rep=1, frame=30, time_s=1.0) for name in ("left_back", "right_back"))
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>&amp;'


def drawn(frames=FRAMES):
    words = {"alt": "a picture", "details": ()}
    return {f: KeyPicture(rep=1, jpeg=b"\xff\xd8", width=3, height=4, caption=f"Of {f.take}.", **words) for f in frames}


def page_of(screen=None, *, review=None, linked=(), pictures=None, **how):
    screen = screen or make_screen(frames=FRAMES, **how)
    report = build_screen_report(screen, WORDS, review)
    return render_screen(report, screen, WORDS, pictures=drawn() if pictures is None else pictures, linked=linked)


def headings(page):
    return re.findall(r"<h2[^>]*>([^<]+)</h2>", page)


@pytest.fixture(scope="module")
def page():
    return page_of(linked=("left_back",))


def test_order_from_plain_words_to_details(page):
    assert headings(page) == [
        "In short",
        "What to begin with",
        "Observations along the chain",
        "Exercises",
        "Comparison of both sides",
        "Left against right over the repetition",
        "Takes",
        "What was answered",
        "Method and limits",
    ]
    assert "A movement observation, never a diagnosis." in page
    assert "Draft. Nobody has reviewed this report yet." in page


def test_nothing_is_loaded_from_outside(page):
    outline = Outline(page)
    for attrs in (a for _, a in outline.attributes):
        for name in ("src", "href", "action", "srcset", "data"):
            value = attrs.get(name)
            assert value is None or value.startswith(("data:", "#", "takes/")), value
    assert "://" not in re.sub(r'xmlns="[^"]*"', "", without_scripts(page))
    (policy,) = [m["content"] for m in outline.of("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")


def test_everything_has_a_label_and_every_link_a_target(page):
    outline = Outline(page)
    assert outline.tags.count("h1") == 1
    assert len(outline.of("caption")) == len(outline.of("table")) == 2
    assert all(th.get("scope") in ("row", "col") for th in outline.of("th"))
    assert all(img.get("alt") for img in outline.of("img"))
    assert all(svg.get("aria-label") for svg in outline.of("svg"))
    assert len(outline.ids) == len(set(outline.ids))
    inside = {a["href"][1:] for a in outline.of("a") if a["href"].startswith("#")}
    assert inside <= set(outline.ids)
    assert {a["aria-labelledby"] for a in outline.of("section")} <= set(outline.ids)


def test_each_take_that_has_a_report_is_linked(page):
    links = [a["href"] for a in Outline(page).of("a") if a["href"].startswith("takes/")]
    assert links == ["takes/left_back/report.html"]


def test_every_compared_pair_stands_there_with_error_and_verdict(page):
    text = without_scripts(page)
    report = build_screen_report(make_screen(), WORDS)
    for c in report.comparisons:
        for cell in (c.label, c.left, c.right, c.left_error, c.difference, c.interval, c.smallest, c.said):
            assert cell
            assert cell in text
        assert f'<span class="symbol" aria-hidden="true">{c.symbol}</span> {c.verdict_label}' in text
    assert "This cannot be read in these videos." in text
    assert len({c.symbol for c in report.comparisons}) == 3


def test_a_picture_is_embedded_once_and_linked_to_afterwards(page):
    assert page.count("data:image/jpeg;base64,") == 2
    assert page.count('href="#picture-1"') == 2
    assert page.count('id="picture-1"') == 1


def test_a_sentence_about_both_sides_is_not_repeated(page):
    # Three findings rest on three metrics.
    assert page.count('class="measured"') == 3
    assert page_of(findings=20).count('class="measured"') == 3


def test_the_answers_that_fit_are_given_with_their_question(page):
    assert "Answers that fit: Which side of the low back or pelvis hurts? Right." in page


def test_drawings_name_the_side_and_carry_no_style_of_their_own(page):
    drawings = re.findall(r"<svg.*?</svg>", without_scripts(page), flags=re.DOTALL)
    assert len(drawings) >= 6
    assert not any("<style" in d or "id=" in d for d in drawings)
    assert "Side: right (the leg in front)." in page


def test_red_flags_lead_and_nothing_is_suggested():
    page = page_of(flags=True)
    assert headings(page)[0] == "Please read this first"
    assert "Have this looked at soon." in page
    assert "You reported fever. Please have this looked at by a doctor first." in page
    assert "<svg" not in without_scripts(page)
    assert not {"Exercises", "What to begin with"} & set(headings(page))


def test_a_plan_that_waits_says_why():
    screen = make_screen()
    page = page_of(replace(screen, plan=replace(screen.plan, items=(), withheld=(), withheld_because="Please wait.")))
    assert headings(page)[0] == "No exercises are given"
    assert "<p>Please wait.</p>" in page


def test_hostile_words_stay_text():
    screen = make_screen(code=EVIL, note=EVIL)
    take = replace(screen.takes[0], name=EVIL, entry=replace(screen.takes[0].entry, video=EVIL))
    screen = replace(
        screen,
        takes=(take, *screen.takes[1:]),
        intake={"activity_words": EVIL, "painful_side": EVIL},
        plan=replace(screen.plan, note=EVIL, stop_rules=(EVIL,)),
    )
    review = Review(signed=True, name=EVIL, date="2026-11-20", notes=EVIL)
    page = page_of(screen, review=review, linked=(EVIL,))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert page.count("&lt;script&gt;alert(1)") >= 6
    assert "Reviewed and signed." in page


def test_names_in_other_scripts_are_kept_apart():
    name = "\u0645\u0631\u062d\u0628\u0627"
    assert f"<bdi>{name}</bdi>" in page_of(code=name)


def test_findings_from_answers_alone_are_marked_as_such():
    screen = make_screen()
    asked = replace(screen.findings[0], verdict=Verdict.NOT_ASSESSED, basis=Basis.INTAKE, sentence="You mentioned it.")
    hidden = replace(asked, basis=Basis.VIDEO, sentence="", reason="reason.view_cannot_show")
    report = build_screen_report(replace(screen, findings=(asked, hidden)), WORDS)
    assert [line.sentence for line in report.from_answers] == ["You mentioned it."]
    assert [line.reason for line in report.not_looked_at] == ["This cannot be read in these videos."]
    assert not report.findings
    page = page_of(replace(screen, findings=(asked, hidden)))
    assert "From your answers alone" in page
    assert "Nothing differed by enough" in page


def test_a_screen_with_nothing_in_it_is_still_a_page():
    screen = make_screen(findings=0)
    empty = replace(screen, takes=(), asymmetries=(), curves=(), intake={}, plan=replace(screen.plan, items=()))
    page = page_of(empty, pictures={})
    assert page.rstrip().endswith("</html>")
    assert "No curve could be compared." in page
    assert "No questions were answered." in page
    assert len(page) < 100_000  # no library for curves that are not there


def test_an_exercise_that_the_catalogue_lost_is_left_out():
    screen = make_screen()
    plan = replace(screen.plan, items=(PlanItem(exercise="gone", phase=1, side=None), *screen.plan.items))
    assert len(build_screen_report(replace(screen, plan=plan), WORDS).plan) == 3


def test_curves_are_valid_json_with_gaps_left_open(page):
    blocks = dict(re.findall(r'<script type="application/json" id="(curve-\d)">(.*?)</script>', page, flags=re.DOTALL))
    assert list(blocks) == ["curve-0", "curve-1", "curve-2", "curve-3"]
    assert all("<" not in text for text in blocks.values())
    lines = [t for t in json.loads(blocks["curve-0"])["data"] if t.get("fill") != "toself"]
    left, right, difference = (line["y"] for line in lines)
    assert len(left) == 101
    assert None not in left
    assert right[42] is None
    assert difference[42] is None
    assert [line["line"]["dash"] for line in lines] == ["solid", "dash", "solid"]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A screen's folder with the takes of one video, its pictures drawn from real frames."""
    folder = tmp_path_factory.mktemp("screen")
    take = replace(make_result(), recording=probe(SAMPLE, limits=DEFAULTS.video))
    (folder / "takes" / "left_back").mkdir(parents=True)
    write_tables(take, folder / "takes" / "left_back")
    (folder / "takes" / "left_back" / "report.html").write_text("a report")
    take = read_result(folder / "takes" / "left_back" / "result.json")
    films = {"left_back": Film(result=take, video=SAMPLE)}
    write_screen_reports(make_screen(frames=FRAMES), folder, films, settings=DEFAULTS.report)
    return folder


def test_both_reports_are_written_with_the_same_pictures(written):
    assert sorted(p.name for p in written.iterdir()) == ["report.html", "report.pdf", "takes"]
    page = (written / "report.html").read_text(encoding="utf-8")
    # The other take's video is not at hand.
    assert page.count("data:image/jpeg;base64,") == 1
    assert "Left leg in front, camera: behind. Repetition 1, at 1.00 s." in page
    assert 'href="takes/left_back/report.html"' in page
    assert (written / "report.pdf").read_bytes().startswith(b"%PDF")


def test_frames_outside_of_a_take_give_no_picture():
    far = FrameToLook(take="left_back", rep=1, frame=10**6, time_s=1.0)
    screen = make_screen(frames=(far,))
    films = {"left_back": Film(result=make_result(), video=SAMPLE)}
    assert not screen_pictures(screen, WORDS, films, settings=DEFAULTS.report)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (375, "light")])
def test_a_browser_shows_it_without_network_or_sideways_scrolling(written, chromium, width, scheme):
    asked, said = [], []
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    context.set_default_timeout(15_000)
    try:
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto((written / "report.html").as_uri())
        tab.wait_for_selector(".chart .main-svg")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate("[...document.querySelectorAll('.chart')].every(c => c.querySelector('.trace'))")
        ink = tab.evaluate("getComputedStyle(document.querySelector('.steps svg')).color")
        assert ink == ("rgb(26, 35, 48)" if scheme == "light" else "rgb(232, 237, 243)")
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.className") == "skip"
    finally:
        context.close()
    assert not said
    assert all(url.startswith(("file:", "data:")) for url in asked)


def test_every_sentence_of_the_page_is_asked_for_and_exists():
    room = Path(__file__).parents[3] / "screening" / "report"
    code = "".join(
        p.read_text(encoding="utf-8") for p in (*room.glob("screen_*.py"), room / "templates/screen.html.j2")
    )
    families = ("plus.", "minus.", "level.", "name.", "phase.", "symbol.")
    for key in WORDS.say.sentences:
        assert key.startswith(families) or f'"{key}"' in code, key
    asked = set(re.findall(r'\bsay\("([a-z_]+\.[a-z_]+)"', code))
    common = set(re.findall(r'\bcommon\("([a-z_]+\.[a-z_]+)"', code))
    assert len(asked) > 20
    assert asked <= set(WORDS.say.sentences)
    assert common <= set(WORDS.texts.sentences)


def test_the_video_of_both_sides_is_linked_only_where_there_is_one(page):
    assert "overlay_pair.mp4" not in page
    screen = make_screen(frames=FRAMES)
    report = build_screen_report(screen, WORDS, None)
    with_pair = render_screen(report, screen, WORDS, pictures={}, pair="overlay_pair.mp4")
    assert '<a href="overlay_pair.mp4">Both sides beside each other, as a video</a>' in with_pair
