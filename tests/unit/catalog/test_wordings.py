import copy

import pytest

from screening.catalog.loading import parse_yaml, read_data
from screening.catalog.sources import load_sources, parse_sources
from screening.catalog.wordings import FILE, load_wordings, parse_wordings, split_side
from screening.core.datatypes import QualityCheck
from screening.core.errors import CatalogError
from screening.core.vocabulary import CheckLevel, Side, Verdict, View

WORDS = load_wordings()


def parse(change):
    """The real file with one change, parsed."""
    plain = copy.deepcopy(read_data(FILE))
    change(plain)
    return parse_wordings(plain, file="wordings.yaml", sources=load_sources())


def test_values_are_filled_in_with_their_format():
    text = WORDS.sentence("check.brightness.ok", luma=131.7)
    assert "132" in text
    assert "{" not in text


@pytest.mark.parametrize("value", [None, float("nan")])
def test_a_value_that_is_not_known_is_said_so(value):
    assert "unknown" in WORDS.sentence("check.roll.ok", deg=value, source="told")


def test_a_rounded_zero_has_no_minus_sign():
    assert "0.0°" in WORDS.sentence("check.roll.ok", deg=-0.01, source="told")
    assert "-0.0" not in WORDS.sentence("check.roll.ok", deg=-0.01, source="told")


@pytest.mark.parametrize(
    ("key", "values", "said"),
    [
        ("report.nonsense", {}, "wordings.yaml:report.nonsense"),
        ("check.brightness.ok", {}, "luma"),
        ("check.brightness.ok", {"luma": "bright"}, "bright"),
    ],
)
def test_a_wrong_key_or_value_is_a_catalogue_error(key, values, said):
    with pytest.raises(CatalogError) as caught:
        WORDS.sentence(key, **values)
    assert said in caught.value.what
    assert caught.value.hint


def test_a_reason_names_the_angle_and_the_view_or_does_without():
    named = WORDS.reason("reason.view_cannot_show", angle="knee_fppa_left_deg", view=View.BACK)
    assert named == "Knee frontal-plane angle, left cannot be read in a video filmed from behind."
    assert WORDS.reason("reason.view_cannot_show").startswith("This cannot be read")


def test_a_check_takes_the_sentence_of_its_level_and_gives_advice_unless_fine():
    dark = QualityCheck(key="brightness", level=CheckLevel.WARNING, values={"luma": 30})
    assert "very dark" in WORDS.check(dark)
    assert WORDS.check_advice(dark)
    fine = QualityCheck(key="brightness", level=CheckLevel.OK, values={"luma": 130})
    assert WORDS.check_advice(fine) == ""


@pytest.mark.parametrize(
    ("state", "said"),
    [("told_no", "not mirrored"), ("told_yes", "turned back"), ("container", "file itself"), ("assumed", "Nobody")],
)
def test_the_mirrored_check_takes_the_sentence_of_its_state(state, said):
    check = QualityCheck(key="mirrored", level=CheckLevel.NOTICE, values={"state": state})
    assert said in WORDS.check(check)


def test_a_check_translates_view_and_source():
    check = QualityCheck(key="view", level=CheckLevel.OK, values={"view": View.LEFT, "source": "told"})
    assert WORDS.check(check) == "Filmed from the person's left side (as you stated)."


def test_every_angle_has_a_label_with_its_side():
    assert len(WORDS.angle_names) == 21
    assert WORDS.angle("knee_flexion_right_deg").short.endswith(" R")
    assert WORDS.angle("knee_flexion_right_deg").side is Side.RIGHT
    assert WORDS.angle("pelvis_shift_pct").unit == "pct"
    for wrong in ("knee_flexion_deg", "pelvic_rotation_left_deg", "elbow_flexion_left_deg"):
        with pytest.raises(CatalogError):
            WORDS.angle(wrong)


def test_every_verdict_has_words():
    assert {WORDS.verdict(v)[0] for v in Verdict} == {
        "Measured",
        "Trend only",
        "Clear difference",
        "Possible difference",
        "Not distinguishable",
        "Not assessed",
    }


def test_split_side_leaves_other_names_alone():
    assert split_side("trunk_forward_lean_deg") == ("trunk_forward_lean_deg", None)
    assert split_side("hip_internal_rotation_right_deg") == ("hip_internal_rotation_deg", Side.RIGHT)


def _drop(*path):
    def change(plain):
        for key in path[:-1]:
            plain = plain[key]
        del plain[path[-1]]

    return change


def _put(value, *path):
    def change(plain):
        for key in path[:-1]:
            plain = plain[key]
        plain[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "at"),
    [
        (_put({}, "extra"), "(file)"),
        (_drop("reasons"), "(file)"),
        (_drop("words", "view", "back"), "words.view"),
        (_put("sideways", "words", "view", "sideways"), "words.view"),
        (_put("", "words", "view", "back"), "words.view.back"),
        (_drop("checks", "hdr", "next"), "checks.hdr"),
        (_put("no number", "checks", "brightness", "values", "other"), "checks.brightness.values"),
        (_put("number", "checks", "brightness", "values", "other"), "checks.brightness.values"),
        (_put("Dark: {lumen}", "checks", "brightness", "ok"), "checks.brightness.ok"),
        (_put("Dark: {luma", "checks", "brightness", "ok"), "checks.brightness.ok"),
        (_put("Dark: {0}", "checks", "brightness", "ok"), "checks.brightness.ok"),
        (_put({"values": ["angle"], "text": "It is so."}, "reasons", "gap"), "reasons.gap"),
        (_put({"label": "x"}, "verdicts", "clear"), "verdicts.clear"),
        (_drop("verdicts", "clear"), "verdicts"),
        (_put("elbow", "angles", "knee_flexion_deg", "group"), "angles.knee_flexion_deg"),
        (_put("oblique", "angles", "knee_flexion_deg", "plane"), "angles.knee_flexion_deg"),
        (_put("maybe", "angles", "knee_flexion_deg", "sided"), "angles.knee_flexion_deg"),
        (_put("miles", "metrics", "depth_deg", "unit"), "metrics.depth_deg"),
        (_put(["nobody_1999"], "cited"), "cited"),
        (_put(["wu_2002", "wu_2002"], "cited"), "cited"),
        (_put("x", "report", True), "report"),
        (_put(3, "report", "title"), "report.title"),
        (_put([], "checks"), "checks"),
    ],
)
def test_a_fault_in_the_file_is_found_and_named(change, at):
    with pytest.raises(CatalogError) as caught:
        parse(change)
    assert caught.value.what.startswith(f"wordings.yaml:{at}:")


@pytest.mark.parametrize(
    ("text", "said"),
    [("a: 1\na: 2\n", "given twice"), ("a: [1", "not readable"), ("- a\n", "keys and values"), ("", "keys and values")],
)
def test_a_damaged_file_is_a_catalogue_error(text, said):
    with pytest.raises(CatalogError, match=said):
        parse_yaml(text, file="x.yaml")


def test_a_file_that_is_not_there_is_a_catalogue_error():
    with pytest.raises(CatalogError, match=r"nothing\.yaml: missing"):
        read_data("nothing.yaml")


GOOD = {
    "key": "a",
    "title": "T",
    "authors": "A",
    "year": 2001,
    "kind": "doi",
    "identifier": "10.1/2",
    "says": "s",
    "checked": "read",
}


@pytest.mark.parametrize(
    "rows",
    [
        [GOOD, GOOD],
        [{**GOOD, "kind": "book"}],
        [{**GOOD, "checked": "perhaps"}],
        [{**GOOD, "year": "2001"}],
        [{**GOOD, "identifier": ""}],
        [{**GOOD, "kind": "none"}],
        [{**GOOD, "title": " "}],
        [{k: v for k, v in GOOD.items() if k != "says"}],
        [{**GOOD, "page": 3}],
        ["a"],
        {},
    ],
)
def test_a_fault_in_the_sources_is_found(rows):
    with pytest.raises(CatalogError):
        parse_sources({"sources": rows}, file="sources.yaml")


def test_good_sources_are_kept_in_order():
    assert list(parse_sources({"sources": [GOOD, {**GOOD, "key": "b"}]}, file="x")) == ["a", "b"]
