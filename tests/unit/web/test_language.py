"""Which language a route answers in."""

import pytest
from starlette.requests import Request

from screening.core.settings import TakeOptions
from screening.web.choices import to_answers, to_options
from screening.web.language import COOKIE, pick, texts_for
from screening.web.slots import filled, find_slot, screen_slots
from screening.web.texts import load_texts


def request(query="", **headers):
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": pairs})


@pytest.mark.parametrize(
    ("query", "headers", "language"),
    [
        ("", {}, "en"),
        ("", {"accept_language": "es-MX,es;q=0.9,en;q=0.8"}, "es"),
        ("", {"accept_language": "fr-FR,de;q=0.9"}, "en"),
        ("", {"cookie": f"{COOKIE}=en", "accept_language": "es"}, "en"),
        ("lang=es", {"cookie": f"{COOKIE}=en"}, "es"),
        ("lang=../es", {}, "en"),
    ],
)
def test_the_nearest_wish_counts(query, headers, language):
    assert texts_for(request(query, **headers), load_texts()).language == language


def test_without_a_wish_it_is_the_usual_one():
    assert texts_for(request(), load_texts("es")).language == "es"
    assert pick("", None) == "en"


def test_prompts_name_the_side_in_the_form_of_their_noun():
    slot = find_slot(screen_slots("es"), "split_squat.left.back")
    texts = load_texts("es")
    assert filled("El pie {side:m}, la pierna {side}.", slot, texts) == "El pie izquierdo, la pierna izquierda."
    assert all("|" not in filled(prompt.spoken, slot, texts) for prompt in slot.protocol.prompts)


def test_a_take_is_measured_in_the_language_of_the_page():
    options = to_options(to_answers(TakeOptions()), None, "es")
    assert options == TakeOptions(language="es")
