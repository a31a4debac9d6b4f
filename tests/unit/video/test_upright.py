"""The eight cases of a display matrix, against the norm's formula."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from screening.video import convert, reader, upright
from screening.video.upright import Turn, turn_of_matrix, turned
from tests.unit.video.clips import stored_for
from tests.unit.video.test_reading import MATRICES


def matrix_bytes(a: int, b: int, c: int, d: int) -> bytes:
    return np.array([a, b, 0, c, d, 0, 0, 0, 1 << 14], np.int32).tobytes()


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("scale", [65536, 40000])
def test_turning_undoes_what_the_container_asks_for(matrix, scale):
    shown = np.random.default_rng(0).integers(0, 255, (6, 9, 3), dtype=np.uint8)
    turn = turn_of_matrix(matrix_bytes(*(v * scale for v in matrix)))
    upright_again = turned(stored_for(shown, matrix), turn)
    np.testing.assert_array_equal(upright_again, shown)
    assert upright_again.flags.c_contiguous


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ((60_000, 10_000, -10_000, 60_000), Turn()),
        ((10_000, 60_000, -60_000, 10_000), Turn(quarters=1)),
        ((-60_000, 9_000, 9_000, 60_000), Turn(flip=True)),
        ((0, 0, 0, 0), Turn()),
    ],
)
def test_other_angles_become_the_nearest_quarter(matrix, expected):
    assert turn_of_matrix(matrix_bytes(*matrix)) == expected


def test_a_torn_matrix_is_no_matrix():
    assert turn_of_matrix(b"\x00" * 20) == Turn()


@pytest.mark.parametrize("module", [convert, reader, upright])
def test_examples_in_the_docstrings(module):
    result = doctest.testmod(module)
    assert result.attempted > 0 and result.failed == 0
