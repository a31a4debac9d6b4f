"""What may be said about a difference: estimate, interval, smallest detectable change, verdict. Pure functions.

May import: numpy and `core`.

All of them take stacks of sets at once: the last axis holds the repetitions, what stands before it is kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from screening.core.datatypes import BoolArray, FloatArray, IntArray
from screening.core.vocabulary import Verdict

Z95: Final = 1.96


def hodges_lehmann(left: FloatArray, right: FloatArray) -> FloatArray:
    """Median of all differences right minus left.

    Parameters
    ----------
    left, right : (..., repetition)
        Values of each side in one unit; the numbers of repetitions may differ.

    Returns
    -------
    (...)
        Positive: the right side's values are larger.

    Examples
    --------
    >>> float(hodges_lehmann(np.array([1.0, 2.0, 3.0]), np.array([4.0, 6.0])))
    3.0
    """
    pairs = right[..., None, :] - left[..., :, None]
    out: FloatArray = np.median(pairs.reshape(*pairs.shape[:-2], -1), axis=-1)
    return out


def resamples(n: int, *, draws: int, seed: int) -> IntArray:
    """Places of the repetitions in each resample, (draw, n); the same for the same arguments."""
    return np.random.default_rng([seed, n]).integers(0, n, (draws, n))


def bootstrap(left: FloatArray, right: FloatArray, *, draws: int, seed: int) -> FloatArray:
    """Draw the difference anew from resampled repetitions of either side.

    Both sides are resampled independently; exchanging the sides exchanges their resamples too, so that every draw
    turns its sign exactly.

    Parameters
    ----------
    left, right : (..., repetition)
        Finite values.
    draws : int
        Number of resamples, even.
    seed : int
        Start of the random numbers.

    Returns
    -------
    (..., draw)
        Hodges-Lehmann differences, right minus left.
    """
    first, second = _pair_of_resamples(left.shape[-1], right.shape[-1], draws=draws, seed=seed)
    return hodges_lehmann(left[..., first], right[..., second])


def _pair_of_resamples(n_left: int, n_right: int, *, draws: int, seed: int) -> tuple[IntArray, IntArray]:
    """Resamples of both sides; each pair of half streams occurs with the sides exchanged as well."""
    half = draws // 2
    a_left, b_left = (resamples(n_left, draws=half, seed=seed + k) for k in range(2))
    a_right, b_right = (resamples(n_right, draws=half, seed=seed + k) for k in range(2))
    return np.concatenate([a_left, b_left]), np.concatenate([b_right, a_right])


def interval95(draws: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the 2.5 and 97.5 percent points of draws (..., draw)."""
    low, high = np.percentile(draws, [2.5, 97.5], axis=-1)
    return low, high


def pooled_sem(*sems: float) -> float:
    """Standard error of one set-up where several are known: the root of their mean square, NaN if one is unknown."""
    return float(np.sqrt(np.mean(np.square(sems))))


def mdc95(sem: float) -> float:
    """Smallest difference within a session that one comparison can tell from measurement error: 1.96 sqrt(2) SEM."""
    return Z95 * math.sqrt(2.0) * sem


def mdc95_between_sessions(sem: float) -> float:
    """Smallest change between two sessions that can be told from measurement error: 1.96 times 2 SEM."""
    return Z95 * 2.0 * sem


def degrees_of_freedom(variances: Sequence[float], spreads: Sequence[float], counts: Sequence[int]) -> float:
    """Degrees of freedom of a sum of variances of which a part is known only from few repetitions (Satterthwaite).

    Parameters
    ----------
    variances : sequence of float
        Variance of each side's value.
    spreads : sequence of float
        The part of each that comes from the spread of the repetitions, divided by their number.
    counts : sequence of int
        Number of repetitions of each side, two or more.

    Returns
    -------
    float
        Infinite where nothing comes from the spread.

    Examples
    --------
    >>> degrees_of_freedom([2.0, 2.0], [2.0, 2.0], [5, 5]), degrees_of_freedom([2.0, 2.0], [0.0, 0.0], [5, 5])
    (8.0, inf)
    """
    below = sum(spread**2 / (n - 1) for spread, n in zip(spreads, counts, strict=True))
    return sum(variances) ** 2 / below if below > 0 else math.inf


def p_value(difference: float, error: float, freedom: float = math.inf) -> float:
    """Two-sided chance of a difference at least as large between equal sides.

    Parameters
    ----------
    difference : float
        Right minus left.
    error : float
        Standard error of the difference.
    freedom : float
        Degrees of freedom of that error; Student's distribution is brought to the normal one by Wallace's formula.

    Examples
    --------
    >>> round(p_value(1.96, 1.0), 2), round(p_value(2.776, 1.0, 4.0), 2)
    (0.05, 0.05)
    """
    if error == 0.0:
        return 1.0 if difference == 0.0 else 0.0
    t = abs(difference) / error
    if math.isfinite(freedom):
        t = (8 * freedom + 1) / (8 * freedom + 3) * math.sqrt(freedom * math.log1p(t * t / freedom))
    return math.erfc(t / math.sqrt(2.0))


def stands_out(p_values: Sequence[float], *, level: float) -> BoolArray:
    """Tell which of several tests stand out among all of them (Benjamini and Hochberg's rule).

    Parameters
    ----------
    p_values : sequence of float
        One for each metric of the screen; NaN where it was not assessed, which then neither counts nor stands out.
    level : float
        Accepted share of false alarms among those that stand out.

    Examples
    --------
    >>> stands_out([0.001, 0.04, float("nan"), 0.011], level=0.025).tolist()
    [True, False, False, True]
    """
    p = np.asarray(p_values, np.float64)
    known = np.sort(p[np.isfinite(p)])
    limits = level * np.arange(1, len(known) + 1) / max(len(known), 1)
    passed = np.flatnonzero(known <= limits)
    if not passed.size:
        return np.zeros(len(p), np.bool_)
    with np.errstate(invalid="ignore"):
        out: BoolArray = p <= known[passed[-1]]
    return out


def decide(difference: float, ci95: tuple[float, float], mdc: float, *, among_all: bool) -> Verdict:
    """Verdict on one difference (SCIENCE section 5).

    Parameters
    ----------
    difference : float
        Right minus left.
    ci95 : (low, high)
        Its interval over the repetitions.
    mdc : float
        Smallest difference that can be told from measurement error, positive.
    among_all : bool
        Whether it stands out among all metrics of the screen.

    Returns
    -------
    Verdict
        CLEAR only if the whole interval lies beyond `mdc` and the difference stands out among all metrics.

    Examples
    --------
    >>> str(decide(8.0, (6.5, 9.5), 4.0, among_all=True)), str(decide(8.0, (3.5, 9.5), 4.0, among_all=True))
    ('clear', 'possible')
    >>> str(decide(3.0, (2.5, 3.5), 4.0, among_all=True))
    'not_distinguishable'
    """
    low, high = ci95
    if not all(math.isfinite(v) for v in (difference, low, high, mdc)):
        return Verdict.NOT_ASSESSED
    if abs(difference) <= mdc or low <= 0.0 <= high:
        return Verdict.NOT_DISTINGUISHABLE
    beyond = low > mdc or high < -mdc
    return Verdict.CLEAR if beyond and among_all else Verdict.POSSIBLE
