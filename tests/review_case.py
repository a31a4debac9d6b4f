"""A measured screen of two side views, made from saved landmarks of a sample video: no network, no drawing.

The right leg's set is the left leg's seen in a mirror, so that both sides have enough repetitions and
differ by nothing.
"""

import shutil
from dataclasses import replace
from functools import lru_cache

import av
import numpy as np

from screening.core.corrections import Evidence
from screening.core.screen import Person, TakeEntry
from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.vocabulary import Side, View
from screening.jobs.screen_folder import TAKES, write_screen
from screening.jobs.take import EVIDENCE
from screening.pipeline import interpret
from screening.pose import replay
from screening.report.files import write_tables
from screening.review import evidence
from screening.review.mirror import flipped
from screening.screens import MeasuredTake, assess
from screening.store import ConsentKind, TakeState
from screening.video.probe import probe
from tests.conftest import ROOT, SAMPLES

LANDMARKS = ROOT / "tests" / "golden"
CLIP = "left_side_left_lead"
FILM = SAMPLES / f"{CLIP}.mp4"
SIDES = ((Side.LEFT, View.LEFT), (Side.RIGHT, View.RIGHT))
ANSWERS = {"painful_side": "right", "pain_now": 3}


def options(lead=None, view=None):
    return TakeOptions(lead=lead, view=view, mirrored=False)


@lru_cache(maxsize=4)
def seen(clip):
    """Saved landmarks and recording of a sample video."""
    return replay.load(LANDMARKS / f"{clip}.npz"), probe(SAMPLES / f"{clip}.mp4", limits=DEFAULTS.video)


@lru_cache(maxsize=4)
def measured(clip):
    """A sample video as it is measured without following the pictures."""
    raw, recording = seen(clip)
    return interpret(raw, recording, options=options())


@lru_cache(maxsize=4)
def evidence_of(clip, track=None, pulled=None):
    """The evidence of a sample video."""
    raw, recording = seen(clip)
    view = measured(clip).scene.view
    nothing = [0.0] * recording.n_frames
    return Evidence(
        raw=raw, recording=recording, options=options(), view=view, track=track, pulled_deg=pulled or nothing
    )


def repeated(held, n):
    """Give the evidence of a film that shows the same `n` times."""
    raw, recording = held.raw, held.recording
    times = np.arange(n * recording.n_frames) * float(np.median(np.diff(recording.time_s)))

    def again(sequence):
        return type(sequence)(
            position=np.tile(sequence.position, (n, 1, 1)),
            visibility=np.tile(sequence.visibility, (n, 1)),
            time_s=times,
            frame=sequence.frame,
        )

    variants = tuple(replace(v, image=again(v.image), world=again(v.world)) for v in raw.variants)
    luma, shift = np.tile(raw.luma, n), np.tile(raw.background_shift_px, n)
    return replace(
        held,
        raw=replace(raw, variants=variants, luma=luma, background_shift_px=shift),
        recording=replace(recording, time_s=times),
        pulled_deg=np.zeros(len(times)),
    )


def looped(film, n, out):
    """Write a film `n` times after itself, packet by packet."""
    if n == 1:
        shutil.copy(film, out)
        return
    with av.open(str(out), "w", options={"movflags": "+faststart"}) as target:
        stream = None
        for k in range(n):
            with av.open(str(film)) as video:
                source = video.streams.video[0]
                stream = stream or target.add_stream_from_template(source)
                for packet in video.demux(source):
                    if packet.dts is not None:
                        packet.pts, packet.dts = packet.pts + k * source.duration, packet.dts + k * source.duration
                        packet.stream = stream
                        target.mux(packet)


def measure_into(folder, names, *, overlay=True, repeats=1, shown=FILM):
    """Write the results of a screen as measuring leaves them; `names` are those of its takes.

    Each film shows the clip `repeats` times; `shown` is the file that stands for the overlay.
    """
    takes = []
    for name, (lead, view) in zip(names, SIDES, strict=True):
        here = folder / TAKES / name
        here.mkdir(parents=True)
        plain = repeated(evidence_of(CLIP), repeats) if repeats > 1 else evidence_of(CLIP)
        held = plain if lead is Side.LEFT else flipped(plain)
        raw, recording = held.raw, held.recording
        told, hooks = options(lead, view), evidence.keep(here / EVIDENCE)
        hooks.saw(raw, recording, told)
        raw = replay.load(here / EVIDENCE)  # in single precision, as it is computed anew
        result = interpret(raw, recording, options=told, hooks=hooks)
        write_tables(result, here)
        if overlay:
            looped(shown, repeats, here / "overlay.mp4")
        entry = TakeEntry(video=recording.path, lead=lead, view=view, mirrored=False)
        takes.append(MeasuredTake(name=name, entry=entry, result=result))
    screen = assess(Person(code="A-17", height_cm=172.0), ANSWERS, takes)
    write_screen(screen, folder / "screen.json")
    return screen


def seed(store, work, *, code="A-17", share=True, key="key", **measured_as):
    """Put a measured screen into a store, `measured_as` goes to `measure_into`; gives its record."""
    who, repeats = "local", measured_as.get("repeats", 1)
    person = store.people.by_code(code) or store.people.add(Person(code=code, height_cm=172.0), who=who)
    for kind in (ConsentKind.ANALYSIS, ConsentKind.STORAGE, *([ConsentKind.SHARING] if share else [])):
        store.people.consent(person.id, kind, wording="test", who=who)
    screen = store.screens.add(person.id, who=who, key=key)
    store.screens.answer(screen.id, ANSWERS, who=who)
    films = []
    for lead, view in SIDES:
        film = work / "film.mp4"
        looped(measured_as.get("shown", FILM), repeats, film)
        entry = TakeEntry(video="", lead=lead, view=view, mirrored=False)
        films.append(store.takes.add(screen.id, entry, film, file_name=film.name, who=who))
    out = work / f"measured-{screen.id}"
    measure_into(out, [film.name for film in films], **measured_as)
    store.results.add(screen.id, out, who="worker")
    for film in films:
        store.takes.set_outcome(film.id, TakeState.MEASURED, who="worker")
    return store.screens.get(screen.id)
