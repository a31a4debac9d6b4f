"""The measured errors in the appendix of HTML and PDF reports."""

from screening.catalog import load_wordings
from screening.catalog.errors import load_errors
from screening.core.errormodel import NO_ERRORS
from screening.report.error_table import error_rows, note
from screening.report.html import render_html
from screening.report.model import build_report
from screening.report.texts import TAKE, load_texts
from tests.factories import make_result

WORDS, TEXTS = load_wordings(), load_texts(TAKE)


def rows(movement="split_squat", errors=None):
    return error_rows(load_errors() if errors is None else errors, movement, WORDS, TEXTS)


def test_every_metric_with_a_measured_error_has_a_row_with_its_numbers():
    known = load_errors().of_movement("split_squat", make_result().angle_table.view)
    assert known
    for error in known.values():
        row = next(r for r in rows() if r.label == WORDS.metric(error.metric).label and r.view == "the side")
        assert row.sem.startswith(f"{error.sem:.1f}")
        assert row.smallest.startswith(f"{1.96 * 2**0.5 * error.repeat:.1f}")
        assert row.basis == f"{error.basis.takes} videos, {error.basis.people} people"


def test_a_movement_without_measured_errors_has_no_table():
    assert rows("quiet_standing") == ()
    assert rows(errors=NO_ERRORS) == ()


def test_the_page_shows_the_table_and_says_how_it_was_made():
    result = make_result()
    page = render_html(build_report(result, WORDS), result, (), WORDS)
    assert note(load_errors(), TEXTS) in page
    assert page.count(rows()[0].label) >= 1
    standing = make_result(movement="quiet_standing")
    assert note(load_errors(), TEXTS) not in render_html(build_report(standing, WORDS), standing, (), WORDS)
