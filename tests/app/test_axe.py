"""No page and no report has a serious accessibility fault: light and dark, on a phone and on a wide screen."""

import shutil

import pytest
import sqlalchemy as sa

from screening.catalog.intake import load_intake
from screening.core.screen import Person
from screening.core.settings import DEFAULTS, TakeOptions
from screening.jobs.queue import JobQueue, JobState, new_secret
from screening.jobs.take import OUTPUT_FILES
from screening.jobs.worker import RESULTS
from screening.report.files import read_result
from screening.report.html import write_html
from screening.report.screen_files import write_screen_reports
from screening.store import open_store
from screening.store.schema import JOBS
from tests.conftest import SAMPLES
from tests.review_case import measure_into, measured, seed

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

STEP_MS = 15_000
#: Beginning and end are alike, so that nothing has to fade between two pages.
LOOKS = ((1280, "light"), (375, "light"), (375, "dark"), (1280, "dark"))
FADE_MS = 400


def _faults(axe, page):
    found = axe.run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]


def _look(page, what):
    """Faults of an open page in every look; what still fades in is too faint at first, so faults are seen twice."""
    from axe_playwright_python.sync_playwright import Axe

    axe, out = Axe(), []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        faults = _faults(axe, page)
        if faults:
            page.wait_for_timeout(FADE_MS)
            faults = _faults(axe, page)
        out += [(what, width, scheme, *fault) for fault in faults]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            out.append((what, width, scheme, "wider than the window"))
    return out


def _open(page, address, heading):
    page.goto("about:blank")
    page.goto(address)
    page.get_by_role("heading", name=heading).first.wait_for(timeout=STEP_MS)
    if page.locator(".stApp").count():
        page.locator(".stApp[data-test-script-state='notRunning']").wait_for(timeout=STEP_MS)


def _all(chromium, pages):
    """Faults of all pages: address by heading."""
    context = chromium.new_context(color_scheme=LOOKS[0][1])
    page = context.new_page()
    page.set_default_timeout(STEP_MS)
    faults = []
    for heading, address in pages.items():
        _open(page, address, heading)
        faults += _look(page, heading)
    context.close()
    return faults


def test_the_search_finds_what_it_is_for(chromium):
    page = chromium.new_page()
    page.set_content(
        "<html lang='en'><title>t</title><main><h1>h</h1><img src='data:,'><button></button></main></html>"
    )
    ids = {fault[3] for fault in _look(page, "bad")}
    page.close()
    assert {"image-alt", "button-name"} <= ids


@pytest.fixture
def screen(server, data):
    """Address of a screen whose safety questions were answered."""
    key = new_secret()
    with open_store(data) as store:
        person = store.people.add(Person(code=f"X-{key}"), who="local")
        made = store.screens.add(person.id, who="local", key=key)
        answers = {question.key: False for question in load_intake().questions if question.flag}
        store.screens.answer(made.id, answers, who="local")
    return f"{server}?screen={made.id}&key={key}"


def test_the_way_of_a_person_before_filming(chromium, server, screen):
    address = screen
    pages = {
        "A whole screen": server,
        "What happens here": f"{server}?step=welcome",
        "What may be done with your films": f"{server}?step=consent",
        "Safety first": f"{address}&step=intake&group=safety",
        "Your pain": f"{address}&step=intake&group=pain",
        "What happened before": f"{address}&step=intake&group=history",
    }
    assert _all(chromium, pages) == []


def test_the_way_of_a_person_while_filming(chromium, server, screen):
    address = screen
    take = "split_squat.left.back"
    pages = {
        "Your films": f"{address}&step=takes",
        "Film: Split squat": f"{address}&step=record&take={take}",
        "Split squat, left leg in front": f"{address}&step=upload&take={take}",
        "Use a phone": f"{address}&step=phone&take={take}",
        "Your report": f"{address}&step=report",
        "Nothing here": f"{server}?screen=none&key=none",
    }
    assert _all(chromium, pages) == []


def test_the_page_of_a_phone(chromium, screen):
    desk = chromium.new_page()
    desk.goto(f"{screen}&step=phone&take=split_squat.left.back")
    link = desk.locator("a[href*='/phone/']").get_attribute("href", timeout=STEP_MS)
    desk.close()
    assert _all(chromium, {"Send one film": link, "This code is not known": f"{link}x"}) == []


def _job(data, state, **told):
    """Put a job that is over into the table; no worker takes it."""
    job, key = new_secret(), new_secret()
    queue = JobQueue(data)
    queue.submit(job, key, video="video/a.mp4", options=TakeOptions())
    queue.close()
    with open_store(data) as store, store.database.write() as db:
        db.execute(sa.update(JOBS).where(JOBS.c.id == job).values(state=state.value, **told))
    return job, key


def test_what_became_of_one_video(chromium, server, data):
    done, key = _job(data, JobState.DONE)
    folder = data / "jobs" / done / RESULTS
    folder.mkdir(parents=True)
    for name in OUTPUT_FILES:
        (folder / name).write_bytes(b"")
    shutil.copy(SAMPLES / "front_left_lead.mp4", folder / "overlay.mp4")
    write_html(measured("right_side_right_lead"), SAMPLES / "right_side_right_lead.mp4", folder / "report.html",
               settings=DEFAULTS.report)  # fmt: skip
    refused, other = _job(data, JobState.REFUSED, what="Nobody was seen.", hint="Film the whole body.")
    pages = {
        "Your report": f"{server}?job={done}&key={key}",
        "This video could not be measured": f"{server}?job={refused}&key={other}",
    }
    assert _all(chromium, pages) == []


PEOPLE = {"people": "People and screens", "person": "Person", "trends": "Over time"}
REVIEW = {"review": "Review", "sign": "Signature", "users": "Users and roles"}


@pytest.mark.parametrize("pages", [PEOPLE, REVIEW], ids=["people", "review"])
def test_the_way_of_a_clinician(chromium, server, data, tmp_path, pages):
    with open_store(data) as store:
        case = seed(store, tmp_path, code=f"X-{tmp_path.name[-12:]}")
    address = f"&screen={case.id}&person={case.person}"
    assert _all(chromium, {heading: f"{server}?clinic={name}{address}" for name, heading in pages.items()}) == []


def test_the_report_of_a_take(chromium, tmp_path):
    clip = "left_side_left_lead"
    write_html(measured(clip), SAMPLES / f"{clip}.mp4", tmp_path / "report.html", settings=DEFAULTS.report)
    assert _all(chromium, {"Movement report": (tmp_path / "report.html").as_uri()}) == []


def test_the_report_of_a_screen(chromium, tmp_path):
    names = ("left_side", "right_side")
    result = measure_into(tmp_path, names, overlay=False)
    takes = {name: read_result(tmp_path / "takes" / name / "result.json") for name in names}
    videos = {take.name: SAMPLES / take.entry.video for take in result.takes}
    write_screen_reports(result, tmp_path, takes=takes, videos=videos, settings=DEFAULTS.report)
    assert _all(chromium, {"Movement screen": (tmp_path / "report.html").as_uri()}) == []
