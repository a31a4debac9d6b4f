"""A clip and its mirrored copy: what was left must come out as right, with the same numbers."""

import av
import numpy as np
import pytest

from screening.core.settings import TakeOptions
from screening.core.vocabulary import Side
from screening.pipeline import analyze
from screening.report.files import read_result
from tests.conftest import SAMPLES

CLIPS = ["front_left_lead", "back_right_lead", "right_side_right_lead"]
LIMIT_DEG = 0.5
#: Frontal and transverse angles of the whole body point the other way in a mirrored person.
TURNED = ("pelvic_rotation_deg", "pelvic_obliquity_deg", "trunk_lateral_lean_deg")


def flip(source, target):
    """Mirror every picture losslessly: the planes of brightness and colour themselves, nothing is converted."""
    with av.open(str(source)) as video, av.open(str(target), "w") as out:
        stream = video.streams.video[0]
        copy = out.add_stream("libx264", rate=stream.average_rate, options={"qp": "0", "preset": "ultrafast"})
        copy.width, copy.height, copy.pix_fmt = stream.width, stream.height, "yuv420p"
        copy.time_base = copy.codec_context.time_base = stream.time_base
        for frame in video.decode(stream):
            assert frame.format.name == "yuv420p"
            width, height = frame.width, frame.height
            planes = frame.to_ndarray()
            flipped = np.concatenate(
                [planes[:height, ::-1].ravel()]
                + [p.reshape(height // 2, width // 2)[:, ::-1].ravel() for p in np.split(planes[height:].ravel(), 2)]
            )
            picture = av.VideoFrame.from_ndarray(flipped.reshape(planes.shape), format="yuv420p")
            picture.pts, picture.time_base = frame.pts, frame.time_base
            picture.colorspace, picture.color_range = frame.colorspace, frame.color_range
            out.mux(copy.encode(picture))
        out.mux(copy.encode(None))


def partner(name):
    for side in Side:
        if f"_{side.value}_" in name:
            return name.replace(side.value, side.other.value)
    return name


@pytest.fixture(scope="module")
def mirrored_run(tmp_path_factory):
    done = {}

    def run(clip):
        if clip not in done:
            target = tmp_path_factory.mktemp("mirrored") / f"{clip}.mp4"
            flip(SAMPLES / f"{clip}.mp4", target)
            done[clip] = analyze(target, options=TakeOptions(mirrored=False))
        return done[clip]

    return run


@pytest.mark.slow
@pytest.mark.parametrize("clip", CLIPS)
def test_a_mirrored_clip_gives_the_mirrored_angles(clip, demo, mirrored_run, capsys):
    here, there = read_result(demo.folder / clip / "result.json"), mirrored_run(clip)
    a, b = here.angles, there.angles
    assert there.scene.view is here.scene.view.mirrored
    assert list(a["phase"]) == list(b["phase"])
    largest, seen = (0.0, ""), 0
    for name in here.angle_table.names:
        ours, theirs = a[name].to_numpy(), b[partner(name)].to_numpy()
        assert np.array_equal(np.isnan(ours), np.isnan(theirs)), name
        if np.isfinite(ours).any():
            seen += 1
            off = float(np.nanmax(np.abs(ours - (-theirs if name in TURNED else theirs))))
            largest = max(largest, (off, name))
    with capsys.disabled():
        print(f"\n{clip}: {seen} angles, largest difference {largest[0]:.4f} deg ({largest[1]})")
    assert seen >= 5
    assert largest[0] <= LIMIT_DEG


@pytest.mark.slow
@pytest.mark.parametrize("clip", CLIPS)
def test_a_mirrored_clip_has_the_other_lead_and_the_same_metrics(clip, demo, mirrored_run):
    here, there = read_result(demo.folder / clip / "result.json"), mirrored_run(clip)
    assert there.timeline.lead is here.timeline.lead.other
    frames = [[(r.start, r.bottom, r.end) for r in t.timeline.repetitions] for t in (here, there)]
    assert frames[0] == frames[1]
    for ours, theirs in zip(here.measurements, there.measurements, strict=True):
        assert (ours.key, ours.verdict, ours.n) == (theirs.key, theirs.verdict, theirs.n)
        assert ours.lead is theirs.lead.other
        # Metrics are signed by the lead: the same person mirrored has the same value.
        np.testing.assert_allclose(ours.per_rep, theirs.per_rep, atol=LIMIT_DEG, equal_nan=True, err_msg=ours.key)


@pytest.mark.slow
def test_a_declared_mirrored_copy_is_read_as_the_original(demo, tmp_path):
    """The copy with `--mirrored yes` is turned back: not the mirrored person, but the person."""
    flip(SAMPLES / "front_left_lead.mp4", tmp_path / "selfie.mp4")
    back = analyze(tmp_path / "selfie.mp4", options=TakeOptions(mirrored=True))
    here = read_result(demo.folder / "front_left_lead" / "result.json")
    assert back.timeline.lead is here.timeline.lead
    assert (back.scene.view, back.scene.mirrored) == (here.scene.view, True)
    for name in ("pelvic_obliquity_deg", "trunk_lateral_lean_deg"):
        off = np.abs(back.angle_table.column(name) - here.angle_table.column(name))
        assert np.nanmax(off) <= LIMIT_DEG, name
