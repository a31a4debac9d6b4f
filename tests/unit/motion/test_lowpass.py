import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from screening.motion.lowpass import zero_lag


@pytest.mark.parametrize("cutoff", [0.01, 0.12, 0.249, 0.4, 0.49])
@pytest.mark.parametrize(("n", "pad"), [(3, 2), (12, 9), (200, 30), (200, 0)])
def test_it_is_the_same_as_scipys(cutoff, n, pad):
    values = np.random.default_rng(n).normal(size=(n, 4)).cumsum(axis=0)
    wanted = sosfiltfilt(butter(2, 2 * cutoff, output="sos"), values, axis=0, padtype="odd", padlen=pad)
    np.testing.assert_allclose(zero_lag(values, cutoff, pad=pad), wanted, atol=1e-8 * np.ptp(values))
    np.testing.assert_allclose(zero_lag(values[:, 0], cutoff, pad=pad), wanted[:, 0], atol=1e-8 * np.ptp(values))


def test_what_does_not_move_stays_and_nothing_is_written_into():
    values = np.full((40, 2), 7.0)
    values.setflags(write=False)
    np.testing.assert_allclose(zero_lag(values, 0.2, pad=9), 7.0, atol=1e-12)
