"""One screen from the consents to the signed report, through the page alone; a camera plays a rendered split squat."""

import re

import pytest

from screening.jobs.queue import new_secret
from tests.app.browser import (
    MEASURED_MS,
    STEP_MS,
    answer_the_rest,
    begin,
    film,
    films_ready,
    heading,
    open_context,
    press,
    settled,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1200)]

NAME = "Dr. Story Teller"
NOTE = "Seen together; please film again in six weeks."


def _films_one_take(page, server, code):
    page.goto(server)
    begin(page, code)
    page.get_by_text("None of these is true").click()
    press(page, "Go on")
    answer_the_rest(page)
    page.locator("[class*=split_squat-right-back]").get_by_role("button", name="Film here").click()
    press(page, "Start the camera")
    film(page, 2)
    press(page, "Measure")
    refused = page.get_by_text("What to do", exact=True)
    page.locator("iframe").or_(refused).first.wait_for(timeout=MEASURED_MS)
    assert refused.count() == 0, page.locator("[data-testid=stText]").all_inner_texts()
    heading(page, "Your report")
    page.frame_locator("iframe").get_by_text(code).first.wait_for(timeout=STEP_MS)


def _reviews_and_signs(page, server, code):
    page.goto(server)
    press(page, "For clinicians: people and reviews")
    heading(page, "People and screens")
    settled(page)
    search = page.get_by_role("textbox", name="Search by code")
    search.fill(code)
    search.press("Enter")
    settled(page)
    page.get_by_text(code).first.wait_for()
    press(page, "Review", exact=True)
    heading(page, f"Review: {code}")
    heading(page, "Left against right")
    settled(page)
    films_ready(page, 2)
    page.get_by_role("radio", name="Accept").first.click()
    settled(page)
    notes = page.get_by_role("textbox", name="Notes")
    notes.fill(NOTE)
    notes.blur()
    press(page, "To the signature")
    heading(page, f"Signature: {code}")
    settled(page)
    page.get_by_role("textbox", name=re.compile("Your name")).fill(NAME)
    press(page, "Sign and freeze")
    page.get_by_text("Signed. The report is frozen.").wait_for(timeout=2 * STEP_MS)
    page.get_by_text("Every file is as it was signed.").wait_for()


def test_from_the_consents_to_the_signed_report(filming, server):
    code = f"story-{new_secret()[:8]}"
    contexts = open_context(filming), open_context(filming)
    person, clinician = (context.new_page() for context in contexts)
    _films_one_take(person, server, code)
    unsigned = person.frame_locator("iframe").locator("body").inner_text()
    assert NAME not in unsigned
    _reviews_and_signs(clinician, server, code)
    person.reload()
    person.get_by_text(f"Version 1, signed by {NAME}").wait_for(timeout=STEP_MS)
    signed = person.frame_locator("iframe >> nth=0")
    signed.get_by_text(NAME).first.wait_for(timeout=STEP_MS)
    signed.get_by_text(NOTE).first.wait_for(timeout=STEP_MS)
    for context in contexts:
        context.close()
