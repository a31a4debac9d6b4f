"""The page in Spanish in a real browser: chosen by hand, kept, asked for by the browser, and on the phone."""

import json

import pytest

from screening.core.settings import DEFAULTS
from screening.store import open_store
from screening.web.measuring import start_measuring
from screening.web.session import make_site
from screening.web.tickets import Tickets
from tests.app.browser import STEP_MS, heading, open_context, press, settled
from tests.review_case import seed

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def _language_is(page, code):
    page.wait_for_function("code => document.documentElement.lang === code", arg=code, timeout=STEP_MS)


def test_the_language_is_chosen_by_hand_and_kept(visit, server):
    page = visit(width=375)
    heading(page, "A whole screen")
    _language_is(page, "en")
    press(page, "Español")
    heading(page, "Un estudio completo")
    _language_is(page, "es")
    press(page, "Empezar un estudio")
    heading(page, "Qué pasa aquí")
    page.reload()
    heading(page, "Qué pasa aquí")
    _language_is(page, "es")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    press(page, "English")
    heading(page, "What happens here")
    _language_is(page, "en")


def test_a_browser_that_asks_for_spanish_gets_it_with_its_report(chromium, server, data, tmp_path):
    with open_store(data) as store:
        screen = seed(store, tmp_path, code=f"E-{tmp_path.name[-12:]}", key="k")
    context = open_context(chromium, width=1280, height=900, locale="es-MX")
    page = context.new_page()
    page.goto(f"{server}?screen={screen.id}&key=k&step=intake&group=pain")
    heading(page, "Sobre usted")
    page.get_by_text("¿Qué lado de la zona lumbar o de la pelvis le duele?").wait_for()
    page.goto(f"{server}?screen={screen.id}&key=k&step=report")
    heading(page, "Su informe")
    context.close()
    here = make_site(data)
    job = start_measuring(here, screen, "k", language="es")
    found = here.queue.find(job, "k")
    here.queue.cancel(found)
    here.close()
    assert found.options.language == "es"


def test_spanish_fits_a_phone(chromium, server, data, tmp_path):
    with open_store(data) as store:
        screen = seed(store, tmp_path, code=f"F-{tmp_path.name[-12:]}", key="k")
    context = open_context(chromium, width=375, height=800, locale="es-ES")
    page = context.new_page()
    pages = {
        "Qué se puede hacer": "?step=consent",
        "La seguridad primero": f"?screen={screen.id}&key=k&step=intake",
        "Personas y estudios": "?clinic=people",
        "Revisión": f"?clinic=review&screen={screen.id}",
        "Firma": f"?clinic=sign&screen={screen.id}",
    }
    for title, address in pages.items():
        page.goto(f"{server}{address}")
        heading(page, title)
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375, title
    context.close()


def test_the_phones_page_speaks_as_its_address_says_else_as_the_phone(chromium, server, data, tmp_path):
    ticket = Tickets(DEFAULTS.web, folder=data / "uploads").issue(screen="s", take="split_squat.left.back")
    context = open_context(chromium, width=375, height=800, locale="en-GB")
    page = context.new_page()
    page.goto(f"{server}phone/{ticket.id}?lang=es#wrong")
    heading(page, "Este código no se conoce")
    _language_is(page, "es")
    page.goto(f"{server}phone/{ticket.id}#wrong")
    heading(page, "This code is not known")
    said = page.request.post(f"{server}api/framing/none?lang=es", data=b"x")
    assert said.status == 403
    assert json.loads(said.text())["error"].startswith("Esta página estuvo abierta")
    context.close()
