import json
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from screening.catalog.errors import load_errors
from screening.core.datatypes import TakeResult
from screening.core.serial import from_plain, to_plain
from screening.core.settings import TakeOptions
from screening.core.vocabulary import Quality, Side, View
from screening.pipeline import interpret
from tests import figure


@pytest.fixture(scope="module")
def result():
    body = figure.body(figure.Motion(reps=2))
    runs = [figure.film(body, -90, noise_px=1.0, seed=s) for s in (1, 2)]
    options = TakeOptions(view=View.LEFT, lead=Side.LEFT, mirrored=False, quality=Quality.BEST, height_cm=171.5)
    return interpret(figure.raw_pose(*runs), figure.recording(len(body)), options=options)


def same(a, b, where="result"):
    assert type(a) is type(b), where
    if is_dataclass(a):
        for field in fields(a):
            same(getattr(a, field.name), getattr(b, field.name), f"{where}.{field.name}")
    elif isinstance(a, np.ndarray):
        assert a.dtype == b.dtype, where
        np.testing.assert_allclose(a, b, rtol=0, atol=5.1e-5, equal_nan=True, err_msg=where)
    elif isinstance(a, dict):
        assert list(a) == list(b), where
        for key in a:
            same(a[key], b[key], f"{where}[{key}]")
    elif isinstance(a, tuple):
        assert len(a) == len(b), where
        for k, pair in enumerate(zip(a, b, strict=True)):
            same(*pair, f"{where}[{k}]")
    elif isinstance(a, float) and np.isnan(a):
        assert np.isnan(b), where
    else:
        assert a == b, where


def test_a_whole_result_comes_back_from_strict_json(result):
    assert np.isnan(result.angle_table.value).any()
    assert any(np.isnan(m.value) for m in result.measurements)
    text = json.dumps(to_plain(result), allow_nan=False)
    same(result, from_plain(TakeResult, json.loads(text)))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda p: p.update(extra=1), r"TakeResult: missing \[\], unknown \['extra'\]"),
        (lambda p: p.pop("movement"), r"TakeResult: missing \['movement'\]"),
        (lambda p: p["scene"].update(extra=1), r"Scene: missing \[\], unknown \['extra'\]"),
        (lambda p: p["timeline"]["repetitions"][0].pop("bottom"), r"Repetition: missing \['bottom'\]"),
        (lambda p: p["scene"].update(view="above"), "above"),
        (lambda p: p["angle_table"]["value"].pop(), "value must be"),
    ],
)
def test_unknown_missing_and_impossible_parts_are_an_error(result, spoil, said):
    plain = json.loads(json.dumps(to_plain(result)))
    spoil(plain)
    with pytest.raises(ValueError, match=said):
        from_plain(TakeResult, plain)


def test_only_fields_that_came_later_may_be_missing(result):
    plain = json.loads(json.dumps(to_plain(result)))
    for name in ("errors_date", "errors_sha256", "faces_blurred"):
        del plain["provenance"][name]
    old = from_plain(TakeResult, plain).provenance
    assert (old.errors_date, old.errors_sha256, old.faces_blurred) == ("", "", False)
    del plain["provenance"]["model"]
    with pytest.raises(ValueError, match=r"Provenance: missing \['model'\], unknown \[\]"):
        from_plain(TakeResult, plain)


def test_a_result_names_the_table_of_its_errors(result):
    table = load_errors()
    assert result.provenance.errors_date == table.made.date
    assert result.provenance.errors_sha256 == table.sha256()
    turned = replace(table, frames=dict(reversed(table.frames.items())))
    assert turned.sha256() == table.sha256()
    key, first = next(iter(table.metrics.items()))
    other = replace(table, metrics={**table.metrics, key: replace(first, sem=first.sem + 0.01)})
    assert other.sha256() != table.sha256()


def test_numbers_become_plain_ones_and_what_is_no_number_becomes_null():
    plain = to_plain({"a": np.float64(1.5), "b": float("inf"), "c": np.int64(3), "d": np.array([0.123456, np.nan])})
    assert plain == {"a": 1.5, "b": None, "c": 3, "d": [0.1235, None]}
    assert to_plain(np.array([True, False])) == [True, False]
    assert to_plain((Side.LEFT, None)) == ["left", None]


def test_what_has_no_json_form_is_refused_by_name():
    with pytest.raises(TypeError, match="no JSON form for set"):
        to_plain({1, 2})
