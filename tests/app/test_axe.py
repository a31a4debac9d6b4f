"""No page and no report has a serious accessibility fault: two languages, light and dark, phone and wide screen."""

import re
import shutil
from dataclasses import replace

import pytest

from screening.catalog.intake import load_intake
from screening.core.screen import Person
from screening.core.settings import DEFAULTS
from screening.jobs.queue import JobState, new_secret
from screening.jobs.reviewing import reassess
from screening.jobs.take import OUTPUT_FILES
from screening.jobs.worker import RESULTS
from screening.pipeline import interpret
from screening.report.files import read_result
from screening.report.html import write_html
from screening.report.pictures import Film
from screening.report.screen_files import write_screen_reports
from screening.store import open_store
from screening.web.texts import LANGUAGES, load_texts
from tests.app.axe import look
from tests.app.browser import films_ready, heading, open_context, press, settled
from tests.app.jobs import put_job
from tests.conftest import SAMPLES
from tests.review_case import measure_into, measured, options, seed, seen

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

#: What a browser asks for.
LOCALES = {"en": "en-GB", "es": "es-MX"}


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture
def page(chromium, language):
    context = open_context(chromium, locale=LOCALES[language], color_scheme="light")
    yield context.new_page()
    context.close()


def _title(language, key):
    """Heading of a page, by the key of its text, or of a group of questions by its name."""
    if key.startswith("group:"):
        return load_intake(language).groups[key.partition(":")[2]]
    group, name = key.split(".")
    return re.compile(re.sub(r"\\{\w+\\}", ".*", re.escape(load_texts(language).group(group)[name])))


def _visit(page, address, title):
    page.goto("about:blank")
    page.goto(address)
    heading(page, title)
    if page.locator(".stApp").count():
        settled(page)


def _all(page, language, pages):
    """Faults of all pages: address by the key of its heading."""
    faults = []
    for key, address in pages.items():
        _visit(page, address, _title(language, key))
        assert page.evaluate("document.documentElement.lang") == language
        faults += look(page, key)
    return faults


def test_the_search_finds_what_it_is_for(chromium):
    page = chromium.new_page()
    page.set_content(
        "<html lang='en'><title>t</title><main><h1>h</h1><img src='data:,'><button></button></main></html>"
    )
    ids = {fault[3] for fault in look(page, "bad")}
    page.close()
    assert {"image-alt", "button-name"} <= ids


def _screen(server, data, *, flag=False):
    """Make a screen whose safety questions were answered, one of them with yes if there is a `flag`."""
    key = new_secret()
    with open_store(data) as store:
        person = store.people.add(Person(code=f"X-{key}"), who="local")
        made = store.screens.add(person.id, who="local", key=key)
        questions = [question.key for question in load_intake().questions if question.flag]
        store.screens.answer(made.id, {name: flag and name == questions[0] for name in questions}, who="local")
    return f"{server}?screen={made.id}&key={key}"


def test_the_way_of_a_person_before_filming(page, language, server, data):
    address = _screen(server, data)
    pages = {
        "start.screen_heading": server,
        "welcome.heading": f"{server}?step=welcome",
        "consent.heading": f"{server}?step=consent",
        "group:safety": f"{address}&step=intake&group=safety",
        "group:pain": f"{address}&step=intake&group=pain",
        "group:history": f"{address}&step=intake&group=history",
        "flags.emergency_heading": f"{_screen(server, data, flag=True)}&step=intake",
    }
    assert _all(page, language, pages) == []


def test_the_way_of_a_person_while_filming(page, language, server, data):
    address, take = _screen(server, data), "split_squat.left.back"
    pages = {
        "takes.heading": f"{address}&step=takes",
        "record.heading": f"{address}&step=record&take={take}",
        "qr.heading": f"{address}&step=phone&take={take}",
        "screen.heading": f"{address}&step=report",
        "missing.heading": f"{server}?screen=none&key=none",
    }
    assert _all(page, language, pages) == []
    _visit(page, f"{address}&step=upload&take={take}", re.compile("."))
    page.locator(".uploader").wait_for()
    assert look(page, "upload") == []


def test_the_page_of_a_phone(page, language, reachable):
    desk = f"{_screen(*reachable)}&step=phone&take=split_squat.left.back"
    page.goto(desk)
    link = page.locator("a[href*='/phone/']").get_attribute("href")
    pages = {"qr.heading": desk, "phone.heading": link, "phone.unknown_heading": f"{link}x"}
    assert _all(page, language, pages) == []


def test_what_became_of_one_video(page, language, server, data):
    done, key = put_job(data, JobState.DONE)
    folder = data / "jobs" / done / RESULTS
    folder.mkdir(parents=True)
    for name in OUTPUT_FILES:
        (folder / name).write_bytes(b"")
    shutil.copy(SAMPLES / "front_left_lead.mp4", folder / "overlay.mp4")
    write_html(measured("right_side_right_lead"), SAMPLES / "right_side_right_lead.mp4", folder / "report.html",
               settings=DEFAULTS.report)  # fmt: skip
    refused, other = put_job(data, JobState.REFUSED, what="Nobody was seen.", hint="Film the whole body.")
    stopped, third = put_job(data, JobState.CANCELLED)
    pages = {
        "report.heading": f"{server}?job={done}&key={key}",
        "refused.heading": f"{server}?job={refused}&key={other}",
        "refused.heading_cancelled": f"{server}?job={stopped}&key={third}",
    }
    assert _all(page, language, pages) == []


def _case(data, folder):
    with open_store(data) as store:
        case = seed(store, folder, code=f"X-{folder.name[-12:]}")
    return case, f"&screen={case.id}&person={case.person}"


def test_the_lists_of_a_clinician(page, language, server, data, tmp_path):
    _, there = _case(data, tmp_path)
    pages = {"people": "clinic.heading", "person": "clinic.person_heading", "trends": "trends.heading"}
    pages |= {"users": "account.users"}
    assert _all(page, language, {key: f"{server}?clinic={name}{there}" for name, key in pages.items()}) == []


def test_the_review_from_the_first_look_to_the_signature(page, language, server, data, tmp_path):
    _, there = _case(data, tmp_path)
    texts = load_texts(language)
    pages = {"review.blind_heading": f"{server}?clinic=review{there}", "sign.heading": f"{server}?clinic=sign{there}"}
    faults = _all(page, language, pages)
    page.goto(pages["review.blind_heading"])
    press(page, texts("review.blind_skip"))
    heading(page, texts("review.numbers"))
    films_ready(page, 2)
    page.get_by_text(texts("review.told")).click()
    settled(page)
    faults += look(page, "review")
    page.goto(pages["sign.heading"])
    page.get_by_role("textbox").fill("Dr. Test")
    press(page, texts("sign.confirm"))
    page.get_by_text(texts("sign.done")).wait_for(timeout=120_000)
    faults += look(page, "signed")
    assert faults == []


def test_the_report_of_a_take(page, language, tmp_path):
    raw, recording = seen("left_side_left_lead")
    result = interpret(raw, recording, options=replace(options(), language=language))
    write_html(result, SAMPLES / recording.path, tmp_path / "report.html", settings=DEFAULTS.report)
    page.goto((tmp_path / "report.html").as_uri())
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert page.evaluate("document.documentElement.lang") == language
    assert look(page, "take") == []


def test_the_report_of_a_screen(page, language, tmp_path):
    names = ("left_side", "right_side")
    result = measure_into(tmp_path, names, overlay=False)
    takes = {name: read_result(tmp_path / "takes" / name / "result.json") for name in names}
    films = {t.name: Film(result=takes[t.name], video=SAMPLES / t.entry.video) for t in result.takes}
    result = reassess(replace(result, language=language), takes)
    write_screen_reports(result, tmp_path, films, settings=DEFAULTS.report)
    page.goto((tmp_path / "report.html").as_uri())
    page.get_by_role("heading").first.wait_for()
    assert page.evaluate("document.documentElement.lang") == language
    assert look(page, "screen") == []
