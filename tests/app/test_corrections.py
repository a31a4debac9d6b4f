"""What a clinician corrects by hand in a real browser: phase borders, marked frames, angles drawn in the picture."""

import re

import pytest

from screening.store import open_store
from tests.app.browser import STEP_MS, films_ready, heading, press, settled
from tests.review_case import seed

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

FILMS = 2


@pytest.fixture
def case(data, tmp_path):
    with open_store(data) as store:
        return seed(store, tmp_path, code=f"K-{tmp_path.name[-12:]}").id


@pytest.fixture
def review(visit, server, case):
    page = visit(f"{server}?clinic=review&screen={case}")
    press(page, "Show the numbers without rating")
    heading(page, "Left against right")
    settled(page)
    films_ready(page, FILMS)
    return page


def _curve(page):
    return page.get_by_role("slider").first


def _at(page):
    """Frame and words of the cursor."""
    return int(_curve(page).get_attribute("aria-valuenow")), _curve(page).get_attribute("aria-valuetext")


def _walk(page, key, word, most=400):
    """Step until the words at the cursor hold a word."""
    for _ in range(most):
        frame, says = _at(page)
        if word in says:
            return frame
        _curve(page).press(key)
    raise AssertionError(f"{word!r} never came")


def _click(page, share):
    curve = _curve(page)
    curve.click(position={"x": curve.bounding_box()["width"] * share, "y": 60}, timeout=STEP_MS)
    films_ready(page, FILMS)


def _kept(data, case):
    with open_store(data) as store:
        held = store.reviews.latest(case).content.corrections
    return next(iter(held.values()), None)


def _numbers(page):
    settled(page)
    return page.get_by_role("region", name="Left against right").inner_text()


def test_a_moved_border_gives_new_numbers_and_can_be_taken_back(review, data, case):
    before = _numbers(review)
    _click(review, 0.3)
    _walk(review, "ArrowRight", "repetition 2, going down")
    border = _walk(review, ".", "repetition 2, lowest part")
    for _ in range(6):
        _curve(review).press(",")
    frame, says = _at(review)
    assert frame == border - 6
    assert "going down" in says
    settled(review)
    review.get_by_role("combobox", name="Border of the nearest repetition").select_option("lowest part begins")
    review.get_by_role("button", name="Put it on this frame").click()
    review.get_by_text("Corrected by hand.").first.wait_for(timeout=STEP_MS)
    settled(review)
    assert _at(review)[0] == frame
    assert "repetition 2, lowest part" in _at(review)[1]
    assert _kept(data, case)["borders"] == [{"rep": 2, "border": "bottom_start", "frame": frame}]
    review.get_by_text("What the program misread").click()
    press(review, "Take back all corrections of this film")
    review.get_by_text("Corrected by hand.").first.wait_for(state="detached", timeout=STEP_MS)
    assert _numbers(review) == before
    assert "going down" in _at(review)[1]
    assert _kept(data, case) is None


def test_a_border_that_cannot_be_there_is_refused_and_changes_nothing(review, data, case):
    before = _numbers(review)
    _click(review, 0.01)
    review.get_by_role("combobox", name="Border of the nearest repetition").select_option("way up begins")
    review.get_by_role("button", name="Put it on this frame").click()
    review.get_by_role("alert").first.wait_for(timeout=STEP_MS)
    assert _numbers(review) == before
    assert _kept(data, case) is None


def test_a_marked_frame_is_found_again_and_removed(review, data, case):
    _click(review, 0.6)
    frame, _ = _at(review)
    review.get_by_role("textbox", name="What is to be seen here").fill("<b>wobbles</b>")
    review.get_by_role("button", name="Mark this frame").click()
    mark = review.locator("section.take li button").first
    mark.wait_for(timeout=STEP_MS)
    assert re.fullmatch(r"\d+\.\d\d s: <b>wobbles</b>", mark.inner_text())
    settled(review)
    assert _kept(data, case)["marks"] == [{"frame": frame, "note": "<b>wobbles</b>"}]
    _click(review, 0.1)
    assert _at(review)[0] != frame
    mark.click()
    assert _at(review)[0] == frame
    review.get_by_role("button", name=re.compile("^Remove: .*wobbles")).click()
    mark.wait_for(state="detached", timeout=STEP_MS)
    settled(review)
    assert _kept(data, case) is None


def test_an_angle_drawn_by_hand_stands_beside_the_measured_one(review, data, case):
    _click(review, 0.5)
    frame, _ = _at(review)
    settled(review)
    review.get_by_role("button", name="Draw: three points").click()
    drawing = review.locator("section.take .film svg").first
    assert review.get_by_role("button", name="Keep this angle").is_disabled()
    box = drawing.bounding_box()
    x, y = box["width"] / 2, box["height"] / 2
    for dx, dy in ((0, -60), (0, 0), (60, 0)):
        drawing.click(position={"x": x + dx, "y": y + dy}, timeout=STEP_MS)
    review.get_by_text("Drawn angle: 90°").wait_for(timeout=STEP_MS)
    against = review.get_by_role("combobox", name="Compare with")
    names = against.locator("option").all_inner_texts()
    knee = next(name for name in names if "nee" in name)
    against.select_option(knee)
    review.get_by_role("button", name="Keep this angle").click()
    entry = review.get_by_role("button", name=re.compile(rf"^\d+\.\d\d s: {re.escape(knee)}"))
    entry.wait_for(timeout=STEP_MS)
    assert re.search(r"90° / \d+.*± *\d+", entry.inner_text()), entry.inner_text()
    settled(review)
    (kept,) = _kept(data, case)["drawn"]
    assert (kept["frame"], kept["angle"].startswith("knee_flexion")) == (frame, True)
    assert kept["points"][1][1] > kept["points"][0][1]
    assert drawing.locator("circle").count() == 3
    _click(review, 0.1)
    assert drawing.locator("circle").count() == 0
    entry.click()
    assert drawing.locator("circle").count() == 3
