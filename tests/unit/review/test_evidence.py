"""The evidence in its file."""

import numpy as np
import pytest

from screening.core.datatypes import Track
from screening.core.errors import InputError
from screening.core.serial import to_plain
from screening.review import evidence
from screening.review.recompute import recompute
from tests.review_case import evidence_of

CLIP = "back_right_lead"


def test_what_is_written_is_read_back(tmp_path):
    kept = evidence_of(CLIP)
    n = kept.recording.n_frames
    track = Track(
        names=("pelvic_rotation", "pelvic_obliquity"),
        value_deg=np.random.default_rng(1).normal(size=(n, 2)),
        sd_deg=np.ones((n, 2)),
        withheld="reason.poor_texture",
    )
    whole = type(kept)(
        raw=kept.raw,
        recording=kept.recording,
        options=kept.options,
        view=kept.view,
        track=track,
        pulled_deg=np.linspace(0, 2, n),
    )
    evidence.write(whole, tmp_path / "evidence.npz")
    back = evidence.read(tmp_path / "evidence.npz")
    np.testing.assert_array_equal(back.track.value_deg, track.value_deg)
    np.testing.assert_array_equal(back.pulled_deg, whole.pulled_deg)
    assert (back.track.names, back.track.withheld) == (track.names, track.withheld)
    assert (back.view, back.options) == (kept.view, kept.options)
    np.testing.assert_array_equal(back.recording.time_s, kept.recording.time_s)
    assert back.recording.sha256 == kept.recording.sha256
    np.testing.assert_array_equal(back.raw.variants[0].image.position, kept.raw.variants[0].image.position)


def test_measuring_leaves_what_gives_the_same_take_again(tmp_path):
    from screening.pipeline import interpret
    from tests.review_case import options, seen

    raw, recording = seen(CLIP)
    hooks = evidence.keep(tmp_path / "evidence.npz")
    hooks.saw(raw, recording, options())
    first = interpret(raw, recording, options=options(), hooks=hooks)
    again = recompute(evidence.read(tmp_path / "evidence.npz"))
    assert np.array_equal(first.angle_table.value, again.angle_table.value, equal_nan=True)
    assert to_plain(first.timeline) == to_plain(again.timeline)


@pytest.mark.parametrize("spoil", ["missing", "cut", "without the rest"])
def test_a_damaged_file_says_so(tmp_path, spoil):
    path = tmp_path / "evidence.npz"
    if spoil != "missing":
        evidence.keep(path).saw(evidence_of(CLIP).raw, evidence_of(CLIP).recording, evidence_of(CLIP).options)
    if spoil == "cut":
        path.write_bytes(path.read_bytes()[:-4000])
    with pytest.raises(InputError):
        evidence.read(path)
