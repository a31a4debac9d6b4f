from dataclasses import replace

import numpy as np
import pytest

from screening.core.settings import DEFAULTS
from screening.core.skeleton import PARTNER
from screening.motion.fusion import average
from tests import figure

SETTINGS = DEFAULTS.cleaning
TRUNK = 200.0


def run(noise_px=0.0, seed=0):
    return figure.film(figure.body(figure.Motion(reps=1)), 180.0, noise_px=noise_px, seed=seed).image


def moved(seq, by):
    return replace(seq, position=seq.position + by)


def test_two_runs_give_their_mean_and_half_their_disagreement():
    mean = average([run(), moved(run(), [6.0, 6.0])], TRUNK, SETTINGS)
    np.testing.assert_allclose(mean.position, run().position + 3.0)
    np.testing.assert_allclose(mean.sd, 3.0)


def test_disagreement_along_one_axis_is_the_root_mean_square_of_both():
    mean = average([run(), moved(run(), [6.0, 0.0])], TRUNK, SETTINGS)
    np.testing.assert_allclose(mean.sd, 3.0 / np.sqrt(2))


def test_disagreement_is_taken_over_half_a_second_not_frame_by_frame():
    other = run().position.copy()
    other[40] += 16.0
    sd = average([run(), replace(run(), position=other)], TRUNK, SETTINGS).sd[:, 0]
    assert sd[40] == pytest.approx(8.0 / np.sqrt(17))  # 2 x 0.25 s and the frame itself at 30 a second
    assert (np.flatnonzero(sd > 1e-9).min(), np.flatnonzero(sd > 1e-9).max()) == (32, 48)


def test_a_single_run_has_the_error_of_a_single_run():
    one = average([run()], TRUNK, SETTINGS)
    np.testing.assert_array_equal(one.position, run().position)
    np.testing.assert_allclose(one.sd, SETTINGS.single_run_sd * TRUNK)


def test_where_one_run_saw_nothing_the_other_stands_alone_and_where_both_did_nothing_does():
    first, second = run().position.copy(), run().position + 4.0
    first[10, 23] = np.nan
    first[20, 23] = second[20, 23] = np.nan
    mean = average(
        [replace(run(), position=first, valid=None), replace(run(), position=second, valid=None)], 200, SETTINGS
    )
    np.testing.assert_array_equal(mean.position[10, 23], second[10, 23])
    assert mean.sd[10, 23] == pytest.approx(4.0)
    assert not mean.valid[20, 23]
    assert mean.sd[20, 23] == 0
    assert mean.valid.sum() == mean.valid.size - 1


def test_averaging_treats_both_sides_alike():
    runs = [run(noise_px=3.0, seed=s) for s in (1, 2)]
    crossed = [
        replace(r, position=r.position[:, PARTNER], visibility=r.visibility[:, PARTNER], valid=None) for r in runs[::-1]
    ]
    here, there = average(runs, TRUNK, SETTINGS), average(crossed, TRUNK, SETTINGS)
    np.testing.assert_allclose(there.position, here.position[:, PARTNER])
    np.testing.assert_allclose(there.sd, here.sd[:, PARTNER])


def doubted(seq, by):
    return replace(seq, sd=seq.sd + by)


def test_a_doubted_run_counts_less():
    single = SETTINGS.single_run_sd * TRUNK
    mean = average([run(), doubted(moved(run(), [9.0, 9.0]), single * np.sqrt(7.0))], TRUNK, SETTINGS)
    np.testing.assert_allclose(mean.position, run().position + 1.0)  # one part in nine
    assert (mean.sd > average([run(), run()], TRUNK, SETTINGS).sd + 1.0).all()


def test_where_all_runs_are_doubted_so_is_their_mean():
    mean = average([doubted(run(), 30.0), doubted(run(), 30.0)], TRUNK, SETTINGS)
    np.testing.assert_allclose(mean.position, run().position)
    np.testing.assert_allclose(mean.sd, 30.0 / np.sqrt(2))


def test_a_long_take_is_averaged_like_a_short_one():
    body = np.tile(figure.body(figure.Motion(reps=1)), (16, 1, 1))
    runs = [figure.film(body, 180.0, noise_px=2.0, seed=s).image for s in (1, 2)]
    whole = average(runs, TRUNK, SETTINGS)
    assert whole.n_frames > 1024
    np.testing.assert_allclose(whole.position, 0.5 * (runs[0].position + runs[1].position))


def test_runs_in_single_precision_are_averaged_in_double():
    single = [replace(run(seed=s), position=(run(seed=s).position + s / 3).astype(np.float32)) for s in (1, 2)]
    mean = average(single, TRUNK, SETTINGS)
    exact = 0.5 * (single[0].position.astype(float) + single[1].position.astype(float))
    assert mean.position.dtype == np.float64
    np.testing.assert_allclose(mean.position, exact, rtol=1e-12)
