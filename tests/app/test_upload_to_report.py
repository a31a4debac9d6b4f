"""A person's way through the page in a real browser: choose, upload, wait, read, download, delete."""

import csv
import re
import sys
import zipfile
from pathlib import Path

import pytest

from screening.jobs.take import OUTPUT_FILES
from tests.app.browser import MEASURED_MS, open_context, settled, until
from tests.app.conftest import ROOT, free_port, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1200)]

CLIPS = ROOT / "sample_videos"
FRONT = CLIPS / "front_left_lead.mp4"
SIDE = CLIPS / "right_side_right_lead.mp4"
BACK = CLIPS / "back_right_lead.mp4"


def _choose_file(page, file):
    page.locator(".uploader input[type=file]").set_input_files(file)


def _left(data):
    return [path.name for path in (data / "uploads").iterdir() if path.suffix != ".ticket"]


def _be_fast(page):
    settled(page)
    page.get_by_text("More choices").click()
    page.get_by_text("Fast: each frame once").click()
    page.get_by_text("No (normal camera)").click()
    settled(page)


def _report(page):
    refused = page.get_by_text("What to do", exact=True)
    page.locator("iframe").or_(refused).first.wait_for(timeout=MEASURED_MS)
    assert refused.count() == 0, page.locator("[data-testid=stText]").all_inner_texts()
    return page.frame_locator("iframe")


def _download(page, name, folder):
    with page.expect_download() as waiting:
        page.locator(f"a[download='{name}']").click()
    path = folder / name
    waiting.value.save_as(path)
    return path


def _rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _plays(page):
    video = page.locator("video")
    video.evaluate("video => { video.muted = true; return video.play(); }")
    page.wait_for_function(
        """() => { const walk = (root) => { for (const e of root.querySelectorAll('*')) {
             if (e.tagName === 'VIDEO') return e;
             const inner = e.shadowRoot && walk(e.shadowRoot); if (inner) return inner; } return null; };
           const video = walk(document); return video && video.currentTime > 0.4 && video.videoWidth > 0; }"""
    )
    video.evaluate("video => video.pause()")
    return video.evaluate("video => video.duration")


def test_from_the_upload_to_the_report(visit, tmp_path):
    page = visit()
    page.get_by_text("movement observation, never a diagnosis", exact=False).first.wait_for()
    _choose_file(page, FRONT)
    page.get_by_text(re.compile(r"Finding the body: frame \d+ of \d+")).wait_for()
    report = _report(page)
    report.get_by_text(re.compile(r"2 .*repetitions were seen")).first.wait_for()
    report.locator("table").first.wait_for()
    # The curves are drawn by a script after the text is there.
    report.locator(".js-plotly-plot").first.wait_for()
    report.locator("img").nth(1).wait_for()

    angles = _rows(_download(page, "angles.csv", tmp_path))
    truth = _rows(CLIPS / "front_left_lead_truth.csv")
    assert len(angles) == len(truth)
    reps = _rows(_download(page, "reps.csv", tmp_path))
    assert [(row["rep"], row["lead"]) for row in reps] == [("1", "left"), ("2", "left")]
    assert _plays(page) == pytest.approx(float(angles[-1]["time_s"]), abs=0.2)

    archive = _download(page, "all.zip", tmp_path)
    with zipfile.ZipFile(archive) as pack:
        assert sorted(pack.namelist()) == sorted(OUTPUT_FILES)
    alone = _download(page, "report.html", tmp_path).read_text(encoding="utf-8")
    assert "never a diagnosis" in alone


def test_a_reload_in_the_middle_and_a_strangers_guess(visit, server):
    page = visit()
    _be_fast(page)
    _choose_file(page, SIDE)
    page.get_by_role("button", name="Stop measuring").wait_for()
    address = page.url
    page.reload()
    _report(page)
    assert page.url == address

    stranger = visit(re.sub(r"key=[^&]+", "key=guess", address))
    stranger.get_by_text("Nothing here").wait_for()
    assert stranger.locator("iframe, video").count() == 0
    owner = visit(address)
    _report(owner)


def test_stop_keeps_the_choices_and_the_video(visit):
    page = visit()
    settled(page)
    page.get_by_text("Yes (selfie camera, mirrored)").click()
    settled(page)
    page.get_by_text("Blur the face").click()
    settled(page)
    _choose_file(page, BACK)
    page.get_by_text(re.compile(r"Finding the body: frame \d+ of \d+")).wait_for()
    page.get_by_role("button", name="Stop measuring").click()
    page.get_by_role("heading", name="Stopped").wait_for()
    assert page.get_by_role("radio", name="Yes (selfie camera, mirrored)").is_checked()
    assert page.get_by_role("checkbox", name="Blur the face").is_checked()  # as the job holds it
    page.get_by_role("button", name="Measure the same video again").click()
    page.get_by_role("button", name="Stop measuring").click()
    page.get_by_role("heading", name="Stopped").wait_for()


def test_what_is_no_video_is_refused_in_two_lines(visit, data):
    page = visit(width=375)
    settled(page)
    page.get_by_text("Squat", exact=True).click()
    settled(page)
    _choose_file(page, {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"buy milk\n" * 50})
    page.get_by_role("heading", name="This video could not be measured").wait_for()
    page.get_by_text("What to do").wait_for()
    lines = [text for text in page.locator("[data-testid=stText]").all_inner_texts() if text.strip()]
    assert len(lines) == 2
    assert page.get_by_role("radio", name="Squat", exact=True).is_checked()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    before = {folder.name for folder in (data / "jobs").iterdir()}
    page.get_by_role("button", name="Delete this video").click()
    page.get_by_role("button", name="Delete it now").click()
    page.get_by_text("were deleted").wait_for()
    settled(page)
    gone = before - {folder.name for folder in (data / "jobs").iterdir()}
    assert len(gone) == 1
    assert "job=" not in page.url


def test_stopping_the_upload_keeps_nothing_and_another_try_works(visit, data):
    page = visit()
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 30_000}
    page.locator(".uploader").wait_for()
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", slow)
    _choose_file(page, BACK)
    page.get_by_text("Copying the video").wait_for()
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("Stopped; nothing was kept").wait_for()
    network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    _choose_file(page, {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"buy milk"})
    page.get_by_role("heading", name="This video could not be measured").wait_for()
    until(lambda: _left(data) == [], what="the part that was sent is still there")


def test_stopping_after_the_last_byte_measures_nothing(visit, data):
    page = visit()
    jobs = {folder.name for folder in (data / "jobs").iterdir()}

    def answer_late(route):
        route.fetch()  # the program has it all, the browser does not know yet
        page.get_by_role("button", name="Stop", exact=True).click()

    page.route("**/api/uploads/*", answer_late, times=1)
    _choose_file(page, FRONT)
    page.get_by_text("Stopped; nothing was kept").wait_for()
    settled(page)
    page.get_by_text("No (normal camera)").click()
    settled(page)
    assert "job=" not in page.url
    assert {folder.name for folder in (data / "jobs").iterdir()} == jobs
    until(lambda: _left(data) == [], what="the film that was sent is still there")


def test_a_page_that_was_open_for_too_long_helps_itself(visit):
    page = visit()
    refusals = []

    def refuse_once(route):
        if refusals:
            route.fallback()
        else:
            refusals.append(route.request.url)
            route.fulfill(status=403, json={"error": "expired"})

    page.route("**/api/uploads/*", refuse_once)
    _choose_file(page, {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"buy milk"})
    page.get_by_role("heading", name="This video could not be measured").wait_for()
    assert len(refusals) == 1


def test_an_empty_file_is_refused_before_it_is_sent(visit):
    page = visit()
    _choose_file(page, {"name": "empty.mp4", "mimeType": "video/mp4", "buffer": b""})
    page.get_by_role("alert").get_by_text("This file is empty").wait_for()
    assert "job=" not in page.url


def test_two_browsers_at_once(visit, tmp_path):
    first, second = visit(), visit(width=375)
    for page in (first, second):
        _be_fast(page)
    _choose_file(first, FRONT)
    _choose_file(second, SIDE)
    leads = []
    for page in (first, second):
        _report(page)
        folder = tmp_path / str(len(leads))
        folder.mkdir()
        leads.append([row["lead"] for row in _rows(_download(page, "reps.csv", folder))])
    assert leads == [["left", "left"], ["right", "right"]]
    assert first.url != second.url


def test_the_keyboard_reaches_the_upload(visit):
    page = visit()
    page.locator(".uploader").wait_for()
    settled(page)
    for _ in range(30):
        page.keyboard.press("Tab")
        if (
            page.evaluate(
                "(e => e && e.shadowRoot ? e.shadowRoot.activeElement?.type : e?.type)(document.activeElement)"
            )
            == "file"
        ):
            break
    else:
        pytest.fail("thirty tabs do not reach the file input")
    outline = page.locator(".uploader .drop").evaluate("drop => getComputedStyle(drop).outlineStyle")
    assert outline == "solid"


def test_streamlit_run_serves_the_same_page(chromium, tmp_path):
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    with serving(command, port, tmp_path, SCREENING_DATA=str(tmp_path / "data")) as address:
        context = open_context(chromium)
        page = context.new_page()
        page.goto(address)
        page.get_by_role("heading", name="Film a movement").wait_for()
        settled(page)
        context.close()
    assert (tmp_path / "data" / "screening.db").exists()
    assert Path(tmp_path / "data" / "worker.log").read_text() == ""
