"""A clinician's way in a real browser: look, correct, decide, sign, reopen; and what nobody may see."""

import json
import re
import urllib.error
import urllib.request

import pytest

from screening.store import ScreenState, open_store
from tests.app.browser import STEP_MS, VIDEOS, choose, films_ready, heading, press, settled
from tests.review_case import seed

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

#: The recording and the drawing of the left leg's film.
FILMS = 2


@pytest.fixture
def case(data, tmp_path):
    """A measured screen in the server's store; gives its id."""
    with open_store(data) as store:
        return seed(store, tmp_path, code=f"R-{tmp_path.name[-12:]}").id


@pytest.fixture
def review(visit, server, case):
    """The review page of the screen with its numbers shown."""
    page = visit(f"{server}?clinic=review&screen={case}")
    press(page, "Show the numbers without rating")
    heading(page, "Left against right")
    settled(page)
    films_ready(page, FILMS)
    return page


def _times(page):
    return page.locator(VIDEOS).evaluate_all("films => films.map(film => film.currentTime)")


def _go(page, share, n=FILMS):
    """Click at a share of the curve's width, and wait until the films are there."""
    canvas = page.get_by_role("slider").first
    canvas.click(position={"x": canvas.bounding_box()["width"] * share, "y": 60}, timeout=STEP_MS)
    films_ready(page, n)
    return canvas


def _frame(canvas):
    return int(canvas.get_attribute("aria-valuenow"))


def test_a_click_in_the_curve_moves_both_films(review):
    canvas = review.get_by_role("slider").first
    seen = []
    for share in (0.5, 0.3, 0.8):
        _go(review, share)
        first, second = _times(review)
        assert second == pytest.approx(first, abs=0.001)
        seen.append((_frame(canvas), first))
    assert seen[1] < seen[0] < seen[2]
    assert all(time == pytest.approx(frame / 30, abs=1 / 30) for frame, time in seen)


def test_keys_step_frames_and_playing_moves_the_cursor(review):
    canvas = _go(review, 0.5)
    frame = _frame(canvas)
    canvas.press(".")
    canvas.press("ArrowRight")
    assert _frame(canvas) == frame + 2
    canvas.press(",")
    assert _frame(canvas) == frame + 1
    films_ready(review, FILMS)
    review.get_by_role("button", name="Play", exact=True).click()
    review.wait_for_function(
        "([canvas, from]) => Number(canvas.getAttribute('aria-valuenow')) > from + 15",
        arg=[canvas.element_handle(), frame],
        timeout=STEP_MS,
    )
    review.get_by_role("button", name="Pause", exact=True).click()
    films_ready(review, FILMS)
    first, second = _times(review)
    assert second == pytest.approx(first, abs=0.001)
    assert first == pytest.approx(_frame(canvas) / 30, abs=1 / 30)


def test_dropping_a_repetition_changes_the_numbers(review, data, case):
    table = review.get_by_role("region", name="Left against right")
    before = table.inner_text()
    assert "Depth" in before
    assert "before" not in before
    review.get_by_role("button", name=re.compile("^repetition 1: counts")).click()
    review.get_by_role("button", name=re.compile("^repetition 1: left out")).wait_for(timeout=STEP_MS)
    review.locator("td", has_text="before:").first.wait_for(timeout=STEP_MS)
    review.get_by_text("Corrected by hand.").first.wait_for(timeout=STEP_MS)
    settled(review)
    with open_store(data) as store:
        kept = store.reviews.latest(case).content.corrections
    assert [held["dropped"] for held in kept.values()] == [[1]]
    review.get_by_role("button", name=re.compile("^repetition 1: left out")).click()
    review.get_by_role("button", name=re.compile("^repetition 1: counts")).wait_for(timeout=STEP_MS)
    review.locator("td", has_text="before:").first.wait_for(state="detached", timeout=STEP_MS)
    settled(review)
    assert table.inner_text() == before


def test_signing_freezes_and_reopening_makes_a_second_version(review, data, case, server):
    settled(review)
    review.get_by_role("textbox", name="Notes").fill("Seen with care.")
    review.get_by_role("textbox", name="Notes").blur()
    settled(review)
    review.get_by_role("radio", name="Reject").first.click(timeout=STEP_MS)
    press(review, "To the signature")
    review.get_by_role("textbox", name=re.compile("Your name")).fill("Dr. Test")
    press(review, "Sign and freeze")
    review.get_by_text("Signed. The report is frozen.").wait_for(timeout=2 * STEP_MS)
    review.get_by_text("Every file is as it was signed.").wait_for(timeout=STEP_MS)
    settled(review)
    with open_store(data) as store:
        signed = store.reviews.latest(case)
        assert (signed.signed_by, signed.content.notes) == ("Dr. Test", "Seen with care.")
        assert store.screens.get(case).state is ScreenState.SIGNED
        folder = store.results.folder(store.results.get(signed.report))
        held = json.loads((folder / "review.json").read_text())
        assert (held["name"], held["version"]) == ("Dr. Test", 1)
        assert "rejected" in {d["choice"] for d in held["decisions"].values()}
    press(review, "Reopen as a new version")
    heading(review, re.compile("^Review:"))
    settled(review)
    (folder / "report.pdf").write_bytes(b"%PDF- something else")
    review.goto(f"{server}?clinic=sign&screen={case}")
    review.get_by_text(re.compile("Changed since it was signed: report.pdf")).wait_for(timeout=STEP_MS)
    heading(review, "Version 2")
    with open_store(data) as store:
        assert [(r.version, r.is_signed) for r in store.reviews.versions(case)] == [(1, True), (2, False)]


def test_two_takes_stand_beside_each_other_aligned_by_phase(review):
    choose(review, re.compile("Beside it"), "right leg")
    review.locator("section.take").nth(1).wait_for(timeout=STEP_MS)
    films_ready(review, FILMS)  # one of each take
    left, right = review.get_by_role("slider").all()
    _go(review, 0.4)
    phase = [re.search(r"repetition \d+, [a-z ]+", c.get_attribute("aria-valuetext")) for c in (left, right)]
    assert phase[0]
    assert phase[0].group() == phase[1].group()


def test_who_does_not_share_is_not_shown(visit, server, data, tmp_path):
    with open_store(data) as store:
        hidden = seed(store, tmp_path, code="hidden-one", share=False)
    page = visit(f"{server}?clinic=review&screen={hidden.id}")
    page.get_by_text("a clinician may not see it").wait_for(timeout=STEP_MS)
    page.goto(f"{server}?clinic=people")
    heading(page, "People and screens")
    settled(page)
    assert page.locator(f".st-key-screen-{hidden.id}").count() == 0


def test_films_need_a_grant(server, data, case):
    with open_store(data) as store:
        film = store.takes.of_screen(case)[0].id
    for query in ("", "?grant=", "?grant=9999999999.local.00", "?grant=x"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{server}api/clinic/{case}/film/{film}{query}", timeout=60)
        assert refused.value.code == 404
