"""What an error reads in another language, and what the file of a language may hold."""

import pytest

from screening.catalog.refusals import in_language, load_refusals, parse_refusals
from screening.core.errors import CatalogError, NoPersonError

ROWS = [
    {"en": "The {side} leg is in front of {file}.", "text": "{file}: la pierna {side:side}."},
    {"en": "{file}: {line}", "text": "{file}: {line:line}"},
    {"en": "{n} things.", "text": "{n} cosas."},
]


def parse(rows, **words):
    plain = {"version": "2026.11.1", "words": words or {"side": {"left": "izquierda"}}, "lines": rows}
    return parse_refusals(plain, file="xx/refusals.yaml")


def test_both_lines_keep_their_values():
    lines = NoPersonError("No person in 212 of 300 frames (limit 60).", hint="Run the video again.").lines
    assert in_language(lines, "es") == (
        "No se ve a ninguna persona en 212 de 300 fotogramas (límite: 60).",
        "Mida el vídeo otra vez.",
    )
    assert in_language(lines, "en") == lines


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("The left leg is in front of a.mp4.", "a.mp4: la pierna izquierda."),
        ("The tail leg is in front of it.", "it: la pierna tail."),
        ("a: b: 3 things.", "a: b: 3 cosas."),
        ("two\nlines: 3 things.", "two\nlines: 3 cosas."),
        ("a: b", None),
        ("3 things. ", None),
        ("", None),
    ],
)
def test_a_sentence_is_known_by_its_shape(english, said):
    assert parse(ROWS).find(english) == said


def test_the_sentence_with_more_words_wins():
    rows = [{"en": "{a} is {b}.", "text": "{a} {b}?"}, {"en": "{a} is not {b}.", "text": "{a} no {b}"}]
    for order in (rows, rows[::-1]):
        assert parse(order).find("x is not y.") == "x no y"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"en": "{n} things.", "text": "cosas."}, r"lacks the places \['n'\]"),
        ({"en": "{n} things.", "text": "{n} {m} cosas."}, r"places \['m'\] are not among \['n'\]"),
        ({"en": "{n} things.", "text": "{n:foot}"}, r"no words \['foot'\]"),
        ({"en": "{n things.", "text": "x"}, "braces"),
        ({"en": "Things."}, r"missing keys \['text'\]"),
        ({"en": "Things.", "text": " "}, "must be text"),
        ({"en": "The {a} leg is in front of {b}.", "text": "{a} {b}"}, None),
    ],
)
def test_what_a_file_may_not_hold(row, says):
    if says is None:
        assert len(parse([*ROWS[1:], row]).lines) == 3
        return
    with pytest.raises(CatalogError, match=says) as caught:
        parse([*ROWS, row])
    assert caught.value.what.startswith("xx/refusals.yaml:")


def test_a_sentence_is_said_once():
    with pytest.raises(CatalogError, match="given twice"):
        parse([*ROWS, ROWS[2]])


def test_a_language_without_a_file_speaks_english():
    assert load_refusals("xx").lines == ()
    assert in_language(("No person in 2 of 3 frames (limit 1).",), "xx") == ("No person in 2 of 3 frames (limit 1).",)
