"""A clinician's lists in a real browser: people and their search, one person over time, erasing somebody for good."""

import base64
import re
import urllib.error
import urllib.parse
import urllib.request

import pytest
import sqlalchemy as sa

from screening.core.screen import Person
from screening.jobs.screen_folder import write_screen
from screening.screens import assess
from screening.store import ConsentKind, open_store
from screening.store.schema import SCREENS
from tests.app.browser import STEP_MS, films_ready, heading, press, settled, until
from tests.review_case import seed
from tests.screens import PERSON
from tests.screens import measured as made_up

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

DAY_S = 86_400.0


def _person(store, code):
    person = store.people.add(Person(code=code), who="local")
    for kind in ConsentKind:
        store.people.consent(person.id, kind, wording="test", who="local")
    return person


def _search(page, text):
    settled(page)
    box = page.get_by_role("textbox", name="Search by code")
    box.fill(text)
    box.press("Enter")
    settled(page)


def test_the_list_is_searched_by_code_by_state_and_by_what_needs_attention(visit, server, data, tmp_path):
    word = tmp_path.name[-6:]
    with open_store(data) as store:
        calm, loud = (store.screens.add(_person(store, f"{word}-{name}").id, who="local") for name in ("calm", "loud"))
        store.screens.set_attention(loud.id, "take_refused", who="local")
    page = visit(f"{server}?clinic=people")
    heading(page, "People and screens")
    rows = page.locator("[class*='st-key-screen-']")

    def shown():
        settled(page)
        return {one.id for one in (calm, loud) if page.locator(f".st-key-screen-{one.id}").count()}

    _search(page, word)
    page.locator(f".st-key-screen-{calm.id}").wait_for(timeout=STEP_MS)
    assert shown() == {calm.id, loud.id}
    until(lambda: rows.count() == 2)
    page.get_by_text("Only what needs attention").click()
    page.locator(f".st-key-screen-{calm.id}").wait_for(state="detached", timeout=STEP_MS)
    assert shown() == {loud.id}
    page.get_by_text("a film could not be measured").wait_for(timeout=STEP_MS)
    page.get_by_text("Only what needs attention").click()
    page.locator(f".st-key-screen-{calm.id}").wait_for(timeout=STEP_MS)
    page.get_by_role("button", name="Signed", exact=True).or_(page.get_by_role("checkbox", name="Signed")).first.click()
    page.get_by_text("No screen fits this search.").wait_for(timeout=STEP_MS)
    assert shown() == set()
    _search(page, "nobody has this code")
    page.get_by_text("No screen fits this search.").wait_for(timeout=STEP_MS)


def _measured(store, person, folder, hike_deg, days_ago):
    """Put a screen into the store whose left hip rises by so much, measured some days ago."""
    takes = [
        (name, side, view, {**values, "pelvic_obliquity_deg": [hike_deg] * 5} if name == "right_back" else values)
        for name, side, view, values in PERSON
    ]
    screen = store.screens.add(person.id, who="local")
    folder.mkdir()
    write_screen(assess(Person(code="T"), {}, [made_up(*one) for one in takes]), folder / "screen.json")
    store.results.add(screen.id, folder, who="worker")
    with store.database.write() as db:
        then = SCREENS.c.created_at - days_ago * DAY_S
        db.execute(sa.update(SCREENS).where(SCREENS.c.id == screen.id).values(created_at=then))


def _svg(image):
    return base64.b64decode(image.get_attribute("src").partition(",")[2]).decode()


def test_three_screens_are_a_line_with_a_band(visit, server, data, tmp_path):
    with open_store(data) as store:
        person = _person(store, f"over-{tmp_path.name[-12:]}")
        for k, (hike_deg, days_ago) in enumerate(((12.0, 60), (11.5, 30), (1.0, 0))):
            _measured(store, person, tmp_path / str(k), hike_deg, days_ago)
    page = visit(f"{server}?clinic=trends&person={person.id}")
    heading(page, re.compile("^Over time"))
    choice = page.get_by_role("combobox", name="What to show")
    choice.wait_for(timeout=STEP_MS)
    settled(page)
    choice.click()
    choice.fill("Hip hike")
    choice.press("Enter")
    settled(page)
    table = page.get_by_role("region").locator("tbody tr")
    table.nth(2).wait_for(timeout=STEP_MS)
    images = page.locator("img.trend")
    assert images.count() == 3
    for image in images.all():
        drawn = _svg(image)
        assert drawn.count("<circle") == 3
        assert drawn.count("<rect") == 1
        axis = re.findall(r'text-anchor="end">(.*?)</text>', drawn)
        assert axis
        assert all(said.endswith("°") for said in axis)
        assert 'height="-' not in drawn
        assert len(re.findall(r"\d{4}-\d\d-\d\d", image.get_attribute("alt"))) == 3
    rows = [row.inner_text() for row in table.all()]
    assert "measurement error" not in rows[0]
    assert "within measurement error" in rows[1]
    assert "larger than measurement error" in rows[2]
    assert [row[:10] for row in rows] == sorted(row[:10] for row in rows)


def _bytes_of(data, word):
    """Files of the data folder that hold a word, or have it in their path."""
    found = [path for path in data.rglob("*") if path.is_file() and path.suffix != ".log"]
    return [str(path) for path in found if word in str(path) or word.encode() in path.read_bytes()]


def test_who_is_erased_is_gone_from_page_disk_and_database(visit, server, data, tmp_path):
    code = f"gone-{tmp_path.name[-12:]}"
    with open_store(data) as store:
        screen = seed(store, tmp_path, code=code)
        film = store.takes.of_screen(screen.id)[0]
        kept = [store.takes.video(film), store.results.folder(store.results.latest(screen.id))]
    assert all(path.exists() for path in kept)
    page = visit(f"{server}?clinic=review&screen={screen.id}")
    films_ready(page, 2)
    address = page.locator("section.take video").first.evaluate("film => film.src")
    assert page.request.get(address, headers={"Range": "bytes=0-9"}).status == 206
    page.goto(f"{server}?clinic=people")
    heading(page, "People and screens")
    _search(page, code)
    page.locator(f".st-key-screen-{screen.id}").wait_for(timeout=STEP_MS)
    press(page, "Person", exact=True)
    heading(page, f"Person {code}")
    press(page, "Erase this person")
    page.get_by_text("cannot be brought back").wait_for(timeout=STEP_MS)
    settled(page)
    now = page.get_by_role("button", name="Erase now")
    confirm = page.get_by_role("textbox", name=re.compile("to confirm"))
    confirm.fill("another code")
    confirm.press("Enter")
    settled(page)
    assert now.is_disabled()
    assert kept[0].exists()
    confirm.fill(code)
    confirm.press("Enter")
    settled(page)
    now.click(timeout=STEP_MS)
    page.get_by_text("Everything about this person was erased.").wait_for(timeout=STEP_MS)
    _search(page, code)
    page.get_by_text("No screen fits this search.").wait_for(timeout=STEP_MS)
    assert not any(path.exists() for path in kept)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.parse.urljoin(server, address), timeout=60)
    assert refused.value.code == 404
    for there in (f"?clinic=review&screen={screen.id}", f"?clinic=person&person={screen.person}"):
        page.goto(server + there)
        page.get_by_text("does not exist").wait_for(timeout=STEP_MS)
    until(lambda: _bytes_of(data, code) == [], what=f"still there: {_bytes_of(data, code)}")
    with open_store(data) as store:
        assert store.people.by_code(code) is None
        assert store.screens.get(screen.id) is None
