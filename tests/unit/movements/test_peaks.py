import numpy as np
import pytest
from scipy import signal

from screening.movements.peaks import find_peaks


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("prominence", "distance"), [(0.0, 1), (1.5, 1), (1.0, 12), (0.5, 40)])
def test_they_are_the_same_as_scipys(seed, prominence, distance):
    values = np.random.default_rng(seed).normal(size=300).cumsum()
    if seed % 2:
        values = np.round(values)  # flat peaks, many as high as each other
        distance = 1
    wanted, _ = signal.find_peaks(values, prominence=prominence, distance=distance)
    np.testing.assert_array_equal(find_peaks(values, prominence=prominence, distance=distance), wanted)


@pytest.mark.parametrize("values", [[1.0, 1.0, 1.0], [1.0], [3.0, 2.0, 1.0], [1.0, 2.0, 3.0]])
def test_without_a_peak_there_is_none(values):
    assert find_peaks(np.array(values), prominence=0.0, distance=1).size == 0
