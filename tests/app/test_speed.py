"""What is promised about waiting, for a film of a minute: opening a report, jumping by its curve, correcting it."""

import re
import time

import pytest

from screening.core.settings import DEFAULTS
from screening.jobs.queue import JobState
from screening.jobs.take import OUTPUT_FILES
from screening.jobs.worker import RESULTS
from screening.pipeline import interpret
from screening.report.html import write_html
from screening.store import open_store
from screening.video import VideoReader, VideoWriter, fitted
from screening.video.probe import probe
from tests.app.browser import STEP_MS, films_ready, heading, press, settled
from tests.app.jobs import put_job
from tests.review_case import CLIP, SAMPLES, evidence_of, looped, options, repeated, seed
from tests.speed import check

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

MINUTE_S = 60.0
TRIES = 7


@pytest.fixture(scope="module")
def repeats():
    return int(MINUTE_S / evidence_of(CLIP).recording.duration_s) + 1


@pytest.fixture(scope="module")
def reported(server, data, repeats):
    """Address of the page with a report of a minute, and of the report itself."""
    number, key = put_job(data, JobState.DONE)
    folder = data / "jobs" / number / RESULTS
    folder.mkdir(parents=True)
    for name in OUTPUT_FILES:
        (folder / name).write_bytes(b"")
    looped(SAMPLES / f"{CLIP}.mp4", repeats, folder / "overlay.mp4")
    long = repeated(evidence_of(CLIP), repeats)
    result = interpret(long.raw, long.recording, options=options())
    assert result.recording.duration_s >= MINUTE_S
    write_html(result, folder / "overlay.mp4", folder / "report.html", settings=DEFAULTS.report)
    return f"{server}?job={number}&key={key}"


def test_a_report_of_a_minute_is_there_at_once(visit, reported):
    page = visit(reported)
    report = page.frame_locator("iframe")
    report.locator(".js-plotly-plot .main-svg").first.wait_for()
    settled(page)
    address = page.locator("iframe").first.evaluate("frame => frame.src")
    alone = page.context.new_page()

    def tries():
        for _ in range(TRIES):
            alone.goto("about:blank")
            start = time.perf_counter()
            alone.goto(address, wait_until="commit")
            alone.locator(".js-plotly-plot .main-svg").first.wait_for()
            yield time.perf_counter() - start

    check("report of a minute: from its address to its curves", lambda: list(tries()), promised=1.5, busy=30.0)

    def in_the_page():
        for _ in range(TRIES):
            page.goto("about:blank")
            start = time.perf_counter()
            page.goto(reported, wait_until="commit")
            report.locator(".js-plotly-plot .main-svg").first.wait_for()
            yield time.perf_counter() - start

    check("the same within the page, first visit", lambda: list(in_the_page()), promised=3.0, busy=60.0)


#: Seconds from a press in the curve until every film shows the new picture.
JUMP = """async (canvas) => {
  const films = [...canvas.closest("section").querySelectorAll("video")], box = canvas.getBoundingClientRect();
  const there = films.map((film) => new Promise((ok) => film.addEventListener("seeked", ok, { once: true })));
  const at = { clientX: box.left + SHARE * box.width, clientY: box.top + 80, buttons: 1, pointerId: 1, bubbles: true };
  canvas.setPointerCapture = () => {};
  const start = performance.now();
  canvas.dispatchEvent(new PointerEvent("pointerdown", at));
  await Promise.all(there);
  return (performance.now() - start) / 1000;
}"""


def _written(out):
    """Write the clip as the program writes films, and nearly as phones do: each second has a picture that stands alone.

    The clip itself has one in eight seconds, so that most jumps decode a hundred pictures and more.
    """
    film = SAMPLES / f"{CLIP}.mp4"
    recording = probe(film, limits=DEFAULTS.video)
    size = fitted(recording.width, recording.height, DEFAULTS.report.overlay_max_side_px)
    crf = DEFAULTS.report.overlay_crf
    with (
        VideoReader(film, recording=recording, mirrored=False, max_side_px=max(size)) as reader,
        VideoWriter(out, width=size[0], height=size[1], crf=crf) as writer,
    ):
        for picture in reader:
            writer.write(picture.rgb, picture.time_s)
    return out


@pytest.fixture
def review(visit, server, data, tmp_path, repeats):
    shown = _written(tmp_path / "shown.mp4")
    with open_store(data) as store:
        case = seed(store, tmp_path, code=f"S-{tmp_path.name[-12:]}", repeats=repeats, shown=shown).id
    page = visit(f"{server}?clinic=review&screen={case}")
    press(page, "Show the numbers without rating")
    heading(page, "Left against right")
    settled(page)
    films_ready(page, 2)
    return page


def test_jumps_and_corrections_in_a_minute(review):
    canvas = review.get_by_role("slider").first

    def jumps():
        for share in (0.5, 0.3, 0.8, 0.6, 0.4, 0.7, 0.2, 0.9, 0.15):
            films_ready(review, 2)
            yield canvas.evaluate(JUMP.replace("SHARE", str(share)))

    check("press in the curve: both films there", lambda: list(jumps()), promised=0.15, busy=10.0)

    def corrections():
        for state, becomes in (("counts", "left out"), ("left out", "counts")):
            for rep in (1, 2):
                settled(review)
                chip = review.get_by_role("button", name=re.compile(f"^repetition {rep}: {state}"))
                start = time.perf_counter()
                chip.click()
                review.get_by_role("button", name=re.compile(f"^repetition {rep}: {becomes}")).wait_for(timeout=STEP_MS)
                yield time.perf_counter() - start

    check("correction: repetition left out, numbers anew", lambda: list(corrections()), promised=2.0, busy=60.0)
