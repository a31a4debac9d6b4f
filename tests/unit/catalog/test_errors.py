"""The table of measured errors: what lies in the package, and what is refused."""

import copy

import pytest

from screening import movements
from screening.catalog.errors import load_errors, parse_errors
from screening.core.errormodel import Leg, Source
from screening.core.errors import CatalogError
from screening.core.vocabulary import View
from screening.kinematics.registry import REGISTRY

ANGLE = {
    "angle": "pelvic_rotation", "view": "back", "leg": "body", "source": "pictures", "sd": 1.5,
    "takes": 6, "people": 3, "within_pct": 95,
}  # fmt: skip
METRIC = {
    "movement": "squat", "metric": "depth_deg", "view": "side", "sem": 3.0, "repeat": 2.0, "stated": 4.0,
    "takes": 6, "people": 3, "within_pct": 95,
}  # fmt: skip
PLAIN = {
    "version": "2026.11.1",
    "made": {"date": "2026-11-21", "how": "by a test", "takes": 6, "people": 3},
    "frames": [ANGLE],
    "metrics": [METRIC],
}


def test_the_table_in_the_package_names_angles_and_metrics_that_exist():
    errors = load_errors()
    stems = {row.stem: row for row in REGISTRY}
    assert {angle for angle, *_ in errors.frames} <= set(stems)
    for angle, _, leg, _ in errors.frames:
        assert (leg is Leg.BODY) != stems[angle].sided
    for e in errors.metrics.values():
        assert e.metric in {spec.key for spec in movements.load(e.movement).metrics}


def test_the_table_in_the_package_comes_from_several_people_and_covers_those_left_out():
    errors = load_errors()
    rows = [*errors.frames.values(), *errors.metrics.values()]
    assert len(rows) > 25
    assert all(r.basis.takes >= 3 and r.basis.people >= 2 for r in rows)
    for kind in (errors.frames, errors.metrics):
        shares = [r.basis.within_pct for r in kind.values()]
        assert 92 <= sum(shares) / len(shares) <= 100
    assert all(e.repeat <= e.sem for e in errors.metrics.values())


def test_pelvic_errors_are_small_enough_to_find_a_hike_of_five_degrees():
    hike = load_errors().of_movement("split_squat", View.BACK)["hip_hike_deg"]
    assert 0.5 < 1.96 * 2**0.5 * hike.repeat < 5.0


def test_figures_are_found_by_view_leg_and_source():
    errors = parse_errors(PLAIN)
    assert errors.shared_sd("pelvic_rotation", View.BACK, Leg.BODY, Source.PICTURES) == 1.5
    assert errors.shared_sd("pelvic_rotation", View.BACK, Leg.BODY, Source.LANDMARKS) is None
    assert set(errors.of_movement("squat", View.LEFT)) == set(errors.of_movement("squat", View.RIGHT)) == {"depth_deg"}
    assert not errors.of_movement("squat", View.BACK)
    assert not errors.of_movement("split_squat", View.LEFT)


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("frames", "sd", 0.0),
        ("frames", "sd", -1.0),
        ("frames", "sd", "large"),
        ("frames", "view", "left"),
        ("frames", "leg", "left"),
        ("frames", "source", "guess"),
        ("frames", "surprise", 1),
        ("metrics", "sem", 0),
        ("metrics", "repeat", True),
        ("metrics", "stated", None),
        ("metrics", "metric", ""),
        ("metrics", "people", "three"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place(part, key, value):
    plain = copy.deepcopy(PLAIN)
    plain[part][0][key] = value
    with pytest.raises(CatalogError, match=rf"errors\.yaml:{part}\[0\]"):
        parse_errors(plain)


@pytest.mark.parametrize(("part", "key"), [("frames", "sd"), ("metrics", "repeat"), ("made", "how")])
def test_a_missing_key_is_refused(part, key):
    plain = copy.deepcopy(PLAIN)
    del (plain[part] if part == "made" else plain[part][0])[key]
    with pytest.raises(CatalogError, match=key):
        parse_errors(plain)


@pytest.mark.parametrize("part", ["frames", "metrics"])
def test_an_entry_given_twice_is_refused(part):
    plain = {**PLAIN, part: PLAIN[part] * 2}
    with pytest.raises(CatalogError, match="given twice"):
        parse_errors(plain)


@pytest.mark.parametrize("part", ["frames", "metrics"])
def test_a_table_that_is_no_list_is_refused(part):
    with pytest.raises(CatalogError, match="must be a list"):
        parse_errors({**PLAIN, part: {}})
