"""Whoever wants their face blurred, in a real browser: asked at the consents, kept, and no film in the review."""

import pytest

from screening.store import ConsentKind, open_store
from tests.app.browser import STEP_MS, films_ready, heading, press, settled
from tests.review_case import seed

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def test_the_wish_is_asked_and_kept(visit, server, data, tmp_path):
    code = f"P-{tmp_path.name[-12:]}"
    page = visit(f"{server}?step=consent", width=375)
    heading(page, "What may be done")
    settled(page)
    page.get_by_role("textbox", name="Your code").fill(code)
    for k in range(3):
        page.get_by_text("Yes", exact=True).nth(k).click()
    page.get_by_text("Blur my face in everything that is shown").click()
    press(page, "Go on")
    heading(page, "Safety first")
    with open_store(data) as store:
        person = store.people.by_code(code)
        given = {consent.kind for consent in store.people.consents(person.id) if consent.is_given}
    assert given == set(ConsentKind)


def test_the_review_shows_no_film_of_somebody_who_wants_that(visit, server, data, tmp_path):
    with open_store(data) as store:
        screen = seed(store, tmp_path, code=f"H-{tmp_path.name[-12:]}")
        store.people.consent(screen.person, ConsentKind.BLURRED, wording="test", who="local")
    page = visit(f"{server}?clinic=review&screen={screen.id}", width=375)
    page.get_by_text("This person wants their face blurred.").wait_for(timeout=STEP_MS)
    heading(page, "Left against right")
    page.get_by_role("slider").first.wait_for(timeout=STEP_MS)
    settled(page)
    assert page.locator("video").count() == 0
    assert page.get_by_text("Component Error").count() == 0
    assert page.get_by_role("heading", name="First look").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_the_first_look_shows_no_empty_curve(visit, server, data, tmp_path):
    with open_store(data) as store:
        screen = seed(store, tmp_path, code=f"F-{tmp_path.name[-12:]}")
    page = visit(f"{server}?clinic=review&screen={screen.id}", width=375)
    heading(page, "First look")
    films_ready(page, 2)
    left, right = (film.bounding_box() for film in page.locator("section.take video").all())
    assert left["x"] + left["width"] <= right["x"]
    assert page.get_by_role("slider").count() == 0
    page.get_by_text("Low-back arch: which side shows more?").wait_for(timeout=STEP_MS)
    assert page.get_by_text("Hip hike: which side shows more?").count() == 0  # both films are from the side
    press(page, "Show the numbers without rating")
    page.get_by_role("slider", name="Hip flexion, right").wait_for(timeout=STEP_MS)
    wide = page.locator(".wide").first
    wide.wait_for(timeout=STEP_MS)
    assert wide.evaluate("e => e.scrollWidth <= e.clientWidth")
