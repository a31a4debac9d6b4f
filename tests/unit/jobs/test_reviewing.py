"""A screen under review: computed anew as a whole, and frozen with a name."""

import json
from dataclasses import replace

import pytest
from pypdf import PdfReader

from screening.core.corrections import NO_CORRECTIONS, Corrections
from screening.core.errors import ConfigError
from screening.core.serial import to_plain
from screening.core.settings import DEFAULTS
from screening.jobs.reviewing import as_private, freeze, reassess, retake
from screening.jobs.screen_folder import read_screen
from screening.jobs.signature import REVIEW_FILE, Signature, signature_of
from screening.report.files import read_result
from screening.review.decisions import Choice, Decision, exercise_id
from tests.review_case import measure_into

#: Whole screens computed anew.
pytestmark = pytest.mark.slow

SIGNATURE = Signature(name="Dr. Ünal", date="2026-11-21", notes="Seen <b>twice</b>.", version=1, ratings={})


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measured") / "screen"
    measure_into(folder, ["left", "right"], overlay=False)
    return folder


def test_nothing_corrected_gives_the_same_screen(base):
    measured = read_screen(base / "screen.json")
    again = reassess(measured, {name: retake(base, name, NO_CORRECTIONS) for name in ("left", "right")})
    assert to_plain(again) == to_plain(measured)


def test_a_dropped_repetition_reaches_the_comparison(base):
    measured = read_screen(base / "screen.json")
    dropped = Corrections(dropped=(1, 2))
    again = reassess(measured, {"left": retake(base, "left", dropped), "right": retake(base, "right", NO_CORRECTIONS)})
    before, after = ({a.metric: a for a in s.asymmetries}["depth_deg"] for s in (measured, again))
    assert after.n_left == before.n_left - 2
    assert after.left != before.left
    assert after.right == before.right


def test_without_evidence_the_screen_has_to_be_measured_again(base, tmp_path):
    with pytest.raises(ConfigError, match="evidence"):
        retake(tmp_path, "left", NO_CORRECTIONS)


def test_heads_that_were_blurred_stay_blurred(base):
    made = read_screen(base / "screen.json").provenance
    assert not as_private(DEFAULTS, made).report.blur_face
    kept = as_private(DEFAULTS, replace(made, faces_blurred=True))
    assert kept.report.blur_face
    assert retake(base, "left", NO_CORRECTIONS, settings=kept).provenance.faces_blurred


def test_a_signed_screen_holds_name_notes_corrections_and_decisions(base, tmp_path):
    before = {path: path.read_bytes() for path in base.rglob("*") if path.is_file()}
    measured = read_screen(base / "screen.json")
    item = exercise_id(measured.plan.items[0])
    out = tmp_path / "signed"
    screen = freeze(
        base,
        out,
        corrections={"left": Corrections(dropped=(1,))},
        decisions={item: Decision(choice=Choice.REJECTED)},
        signature=SIGNATURE,
        videos={},
    )
    assert len(screen.plan.items) == len(measured.plan.items) - 1
    assert to_plain(read_screen(out / "screen.json")) == to_plain(screen)
    held = json.loads((out / REVIEW_FILE).read_text("utf-8"))
    assert held["name"] == SIGNATURE.name
    assert signature_of(out) == signature_of(out / "takes" / "left") == SIGNATURE
    assert signature_of(base) is None
    assert held["corrections"]["left"]["dropped"] == [1]
    assert held["decisions"][item]["choice"] == "rejected"
    assert [r.used for r in read_result(out / "takes/left/result.json").timeline.repetitions][:2] == [False, True]
    text = "".join(page.extract_text() for page in PdfReader(out / "report.pdf").pages)
    assert SIGNATURE.name in text
    page = (out / "report.html").read_text("utf-8")
    assert SIGNATURE.name in page
    assert "<b>twice" not in page
    assert {path: path.read_bytes() for path in base.rglob("*") if path.is_file()} == before
