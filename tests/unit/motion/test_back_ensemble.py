"""Contours by mask and by edge that agree, disagree, or are no back at all."""

from __future__ import annotations

import numpy as np
import pytest

from screening.motion.back_ensemble import Ensemble
from screening.motion.contour import HEIGHT

REST = 0.24 + 0.05 * np.exp(-(((HEIGHT - 0.02) / 0.12) ** 2)) - 0.03 * np.exp(-(((HEIGHT - 0.4) / 0.15) ** 2))
#: What a turn of the lower back by some degrees does to the contour below 0.3 trunks, roughly.
BENT = REST + 0.15 * np.clip(0.3 - HEIGHT, 0.0, None)
REFERENCE = np.array([True, True, True, False, False])


def ensemble(*, mask: np.ndarray, edge: np.ndarray) -> Ensemble:
    """Three pictures at rest, and two that show `mask` and `edge`."""
    lines = np.stack([np.stack([REST, REST])] * 3 + [np.stack([mask, edge])] * 2)
    return Ensemble.of(lines, np.zeros(5), REFERENCE)


def test_mask_and_edge_that_agree_give_a_sure_angle():
    found = ensemble(mask=BENT, edge=BENT)
    assert found.good.all()
    assert found.angles_deg[:3] == pytest.approx(0.0, abs=0.01)
    assert found.angles_deg[3, 0] > 4.0


def test_where_they_disagree_the_angle_lies_between_and_its_error_says_so():
    sure, torn = ensemble(mask=BENT, edge=BENT), ensemble(mask=REST, edge=BENT)
    assert torn.good.all()
    assert 0.5 < torn.angles_deg[3, 0] < sure.angles_deg[3, 0] - 0.5
    assert torn.error_deg[3, 0] > sure.error_deg[3, 0] + 1.0


def test_an_edge_that_is_no_back_is_not_believed_whatever_the_mask_says():
    ragged = REST + 0.08 * np.sin(HEIGHT * 40.0)
    assert not ensemble(mask=REST, edge=ragged).good[3:].any()
