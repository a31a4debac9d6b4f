"""Batches: what is found, what is skipped, what is said, on threads, on processes and on a Dask cluster."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from screening import cli
from screening.core.errors import OutputExistsError, StorageError, UsageError
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Quality, Side
from screening.jobs import batch
from screening.jobs.batch import batch_to_folder
from screening.jobs.batch_items import find_items
from screening.jobs.batch_run import Choices, Status
from screening.jobs.executor import process_pool
from tests.conftest import ROOT, SAMPLES
from tests.figure import Motion, body
from tests.screens import BRIEF, result
from tests.unit.jobs.test_landmark_file import write

#: Many small runs, seconds in all.
pytestmark = pytest.mark.slow

SETTINGS = replace(
    DEFAULTS,
    screen=replace(DEFAULTS.screen, bootstrap_draws=50),
    web=replace(DEFAULTS.web, progress_s=0.01),
)
BARE = Choices(settings=SETTINGS, overlay=False, report=False)
TABLES = {"angles.csv", "landmarks.csv", "reps.csv", "result.json"}
TAKES = {name: rest for name, *rest in BRIEF}


@pytest.fixture
def inbox(tmp_path):
    """Two takes, one of them with a name that a spreadsheet would run, a refused one, and a screen of four takes."""
    folder = tmp_path / "inbox"
    (folder / "anna").mkdir(parents=True)
    (folder / "=1+1.mp4").write_bytes(b"left_back")
    (folder / "anna" / "right.MOV").write_bytes(b"right_back")
    (folder / "broken.mp4").write_text("no pictures here")
    (folder / "notes.txt").write_text("nothing to measure")
    (folder / ".hidden.mp4").write_bytes(b"left_back")
    (folder / "ben").mkdir()
    lines = ['[person]\ncode = "B-2"']
    for name, side, view, _ in BRIEF:
        (folder / "ben" / f"{name}.mp4").write_bytes(name.encode())
        lines.append(f'[[takes]]\nvideo = "{name}.mp4"\nlead = "{side}"\nview = "{view}"')
    (folder / "ben" / "first.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def measuring(monkeypatch):
    """Every video gives the take that its bytes name; all others go to the real reader. Work stays in this process."""
    from screening.pipeline import analyze as real

    asked = []

    def analyze(video, *, options, settings, progress, **more):
        asked.append(video.name)
        progress("pose", 1, 2)
        content = video.read_bytes().decode()
        return result(*TAKES[content]) if content in TAKES else real(video, options=options, settings=settings)

    monkeypatch.setattr("screening.pipeline.analyze", analyze)
    monkeypatch.setattr(batch, "process_pool", lambda count=None: ThreadPoolExecutor(1))
    return asked


def table(out):
    with (out / "summary.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_takes_and_screens_are_found_and_videos_of_a_screen_are_no_takes(inbox, tmp_path):
    found = find_items(inbox, inbox / "out")
    assert [(i.name, i.is_screen) for i in found] == [
        ("=1+1.mp4", False), ("anna/right.MOV", False), ("ben/first.toml", True), ("broken.mp4", False),
    ]  # fmt: skip
    assert [i.out.relative_to(inbox / "out").as_posix() for i in found] == [i.name for i in found]


def test_results_below_the_recordings_are_not_searched(inbox):
    (inbox / "out" / "x").mkdir(parents=True)
    (inbox / "out" / "x" / "overlay.mp4").write_bytes(b"")
    assert not [i for i in find_items(inbox, inbox / "out") if "overlay" in i.name]


@pytest.mark.parametrize("text", ["[[takes]\n", '[[takes]]\nvideo = "a.mp4"\n[[', "takes = 3"])
def test_a_broken_screen_file_is_work_that_says_what_is_wrong(tmp_path, text):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "screen.toml").write_text(text)
    assert [i.is_screen for i in find_items(tmp_path / "in", tmp_path / "out")] == [True]


def test_other_files_of_settings_are_no_screens(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "pyproject.toml").write_text("[project]\nname = 'x'")
    with pytest.raises(UsageError, match="nothing to measure"):
        find_items(tmp_path / "in", tmp_path / "out")


@pytest.mark.parametrize("out", [".", "inbox"])
def test_results_never_lie_among_the_recordings(inbox, out):
    with pytest.raises(UsageError, match="among the recordings"):
        find_items(inbox, inbox.parent / out)


def test_one_summary_of_everything_and_a_refusal_stops_nothing(inbox, measuring, tmp_path):
    out, told, shares = tmp_path / "out", [], []
    (inbox / "later").mkdir()
    (inbox / "later" / "broken.mp4").write_text("nor here")
    done = batch_to_folder(
        inbox,
        out,
        BARE,
        progress=lambda _stage, n, total: shares.append(n / total),
        told=lambda item, outcome: told.append((item.name, str(outcome.status))),
    )
    assert done.counts == {"done": 3, "refused": 2, "failed": 0, "not_run": 0}
    assert done.exit_code == 0
    assert sorted(told) == [
        ("=1+1.mp4", "done"), ("anna/right.MOV", "done"), ("ben/first.toml", "done"), ("broken.mp4", "refused"),
        ("later/broken.mp4", "refused"),
    ]  # fmt: skip
    assert shares[-1] == 1.0
    assert {p.name for p in (out / "=1+1.mp4").iterdir()} == TABLES | {"batch.json"}
    assert {p.name for p in (out / "ben" / "first.toml").iterdir()} == {"screen.json", "takes", "batch.json"}
    assert not (out / "broken.mp4").exists()
    assert not (out / "later").exists()
    assert not [p for p in out.rglob(".*")]
    rows = table(out)
    refused = [r for r in rows if r["source"] == "broken.mp4"]
    assert len(refused) == 1
    assert refused[0]["status"] == "refused"
    assert refused[0]["reason"]
    assert refused[0]["hint"]
    hike = next(r for r in rows if r["source"].endswith("1+1.mp4") and r["metric"] == "hip_hike_deg")
    assert (hike["kind"], hike["lead"], hike["view"], hike["unit"]) == ("take", "left", "back", "deg")
    plain = json.loads((out / "=1+1.mp4" / "result.json").read_text(encoding="utf-8"))
    truth = next(m for m in plain["measurements"] if m["key"] == "hip_hike_deg")
    assert float(hike["value"]) == pytest.approx(truth["value"], abs=1e-3)
    assert float(hike["sem"]) == pytest.approx(truth["sem"], abs=1e-3)
    compared = [r for r in rows if r["kind"] == "screen" and r["metric"] == "hip_hike_deg"]
    assert [(r["person"], r["larger_side"], r["verdict"]) for r in compared] == [("B-2", "right", "clear")]
    assert {r["take"] for r in rows if r["person"] == "B-2"} == {"", *TAKES}


def test_landmarks_of_another_tracker_are_takes_too(measuring, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    write(folder / "a.TRC", body(Motion(lead=Side.LEFT)))
    (folder / "b.trc").write_text("no landmarks here")
    done = batch_to_folder(folder, out, BARE)
    assert done.counts == {"done": 1, "refused": 1, "failed": 0, "not_run": 0}
    assert {p.name for p in (out / "a.TRC").iterdir()} == TABLES | {"batch.json"}
    depth = next(r for r in table(out) if r["metric"] == "depth_deg")
    assert (depth["source"], depth["view"], depth["lead"], depth["repetitions_used"]) == ("a.TRC", "left", "left", "3")
    assert float(depth["value"]) == pytest.approx(90, abs=30)
    assert batch_to_folder(folder, out, BARE).outcomes[0].earlier


def test_text_from_people_is_never_a_formula(inbox, measuring, tmp_path):
    batch_to_folder(inbox, tmp_path / "out", BARE)
    cells = [cell for row in table(tmp_path / "out") for cell in row.values()]
    assert any(cell == "'=1+1.mp4" for cell in cells)
    risky = [c for c in cells if c.startswith(("=", "+", "@", "\t", "\r", "-"))]
    assert all(float(c) < 0 for c in risky)  # nothing but negative numbers


def test_finished_ones_are_skipped_and_the_summary_is_the_same(inbox, measuring, tmp_path):
    out = tmp_path / "out"
    batch_to_folder(inbox, out, BARE)
    before = (out / "summary.csv").read_bytes(), (out / "summary.json").read_bytes()
    measuring.clear()
    again = batch_to_folder(inbox, out, BARE)
    assert measuring == ["broken.mp4"]  # what was refused is tried again
    assert [o.earlier for o in again.outcomes] == [True, True, True, False]
    assert ((out / "summary.csv").read_bytes(), (out / "summary.json").read_bytes()) == before


@pytest.mark.parametrize(
    "change",
    [
        {"quality": Quality.FAST},
        {"settings": replace(SETTINGS, report=replace(SETTINGS.report, blur_face=True))},
        {"mirrored": True},
        {"language": "es"},
    ],
    ids=["quality", "blur", "mirrored", "language"],
)
def test_other_settings_replace_results_only_with_force(inbox, measuring, tmp_path, change):
    (inbox / "broken.mp4").unlink()
    (inbox / "ben" / "first.toml").unlink()
    for path in (inbox / "ben").iterdir():
        path.unlink()
    out, other = tmp_path / "out", replace(BARE, **change)
    batch_to_folder(inbox, out, BARE)
    before = (out / "=1+1.mp4" / "batch.json").read_bytes()
    refused = batch_to_folder(inbox, out, other)
    assert [o.status for o in refused.outcomes] == [Status.FAILED] * 2
    assert refused.exit_code == 2
    assert "--force" in refused.outcomes[0].hint
    assert (out / "=1+1.mp4" / "batch.json").read_bytes() == before
    forced = batch_to_folder(inbox, out, replace(other, force=True))
    assert forced.exit_code == 0
    assert (out / "=1+1.mp4" / "batch.json").read_bytes() != before


def test_a_changed_video_and_a_changed_answer_are_noticed(inbox, measuring, tmp_path):
    out = tmp_path / "out"
    batch_to_folder(inbox, out, BARE)
    (inbox / "=1+1.mp4").write_bytes(b"right_back")
    screen = inbox / "ben" / "first.toml"
    screen.write_text(screen.read_text().replace("B-2", "B-3"), encoding="utf-8")
    measuring.clear()
    done = batch_to_folder(inbox, out, replace(BARE, force=True))
    assert [o.earlier for o in done.outcomes] == [False, True, False, False]
    assert sorted(measuring) == sorted(["=1+1.mp4", "broken.mp4", *(f"{name}.mp4" for name in TAKES)])
    assert {r["person"] for r in table(out) if r["kind"] == "screen"} == {"B-3"}


def test_a_folder_of_something_else_is_never_touched(inbox, measuring, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "diary.txt").write_text("mine")
    with pytest.raises(OutputExistsError, match=r"diary\.txt"):
        batch_to_folder(inbox, out, replace(BARE, force=True))
    assert [p.name for p in out.iterdir()] == ["diary.txt"]


def test_strangers_files_among_the_results_are_kept(inbox, measuring, tmp_path):
    out = tmp_path / "out"
    batch_to_folder(inbox, out, BARE)
    (out / "=1+1.mp4" / "notes.txt").write_text("mine")
    done = batch_to_folder(inbox, out, replace(BARE, quality=Quality.FAST, force=True))
    assert done.outcomes[0].status is Status.FAILED
    assert "notes.txt" in done.outcomes[0].what
    assert (out / "=1+1.mp4" / "notes.txt").read_text() == "mine"


def test_a_fault_of_the_program_stops_no_other_video_and_is_logged(inbox, measuring, tmp_path, monkeypatch):
    rows = batch.run_item.__globals__["take_rows"]

    def faulty(found, **named):
        if found.scene.view == "back" and found.timeline.lead == "right" and not named:
            raise ZeroDivisionError("a bug")
        return rows(found, **named)

    monkeypatch.setitem(batch.run_item.__globals__, "take_rows", faulty)
    out = tmp_path / "out"
    done = batch_to_folder(inbox, out, BARE)
    assert [str(o.status) for o in done.outcomes] == ["done", "failed", "done", "refused"]
    assert done.exit_code == 70
    assert "ZeroDivisionError: a bug" in (out / "faults.log").read_text()
    assert not (out / "anna" / "right.MOV").exists()
    assert not [p for p in out.rglob(".*")]


def test_a_full_disk_ends_the_batch_with_a_true_summary(inbox, measuring, tmp_path, monkeypatch):
    def full(*_arguments, **_named):
        raise StorageError("The disk is full.", hint="Make room.")

    monkeypatch.setattr("screening.jobs.take._write", full)
    done = batch_to_folder(inbox, tmp_path / "out", BARE)
    assert done.exit_code == 5
    assert Status.FAILED in {outcome.status for outcome in done.outcomes}
    assert done.counts["done"] == 0
    assert {r["status"] for r in table(tmp_path / "out")} >= {"failed"}


def test_an_interruption_leaves_finished_results_and_goes_on_later(inbox, measuring, tmp_path):
    out = tmp_path / "out"

    def interrupt(item, outcome):
        if item.name == "anna/right.MOV":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch_to_folder(inbox, out, BARE, told=interrupt)
    status = {r["source"]: r["status"] for r in table(out)}
    assert (status["anna/right.MOV"], status["'=1+1.mp4"]) == ("done", "not_run")
    assert not [p for p in out.rglob(".*")]
    done = batch_to_folder(inbox, out, BARE)
    assert done.counts["done"] == 3
    earlier = {item.name: outcome.earlier for item, outcome in zip(done.items, done.outcomes, strict=True)}
    assert (earlier["anna/right.MOV"], earlier["=1+1.mp4"]) == (True, False)


class _Dying:
    """An executor whose process dies while it works on one of the items, as the library tells it."""

    def __init__(self, deadly):
        self.deadly = deadly

    def submit(self, work, item, choices, sign):
        future = Future()
        if self.deadly and item.name in self.deadly[0]:
            sign.write_text("0.5")
            future.set_exception(BrokenExecutor("died"))
        elif self.deadly and item.name > min(self.deadly[0]):
            future.set_exception(BrokenExecutor("died"))
        else:
            future.set_result(work(item, choices, sign))
        return future


@pytest.mark.parametrize("times", [1, 2])
def test_a_worker_that_dies_takes_nobody_with_it(inbox, measuring, tmp_path, monkeypatch, times):
    opened = []

    def pool(count=None):
        opened.append(count)
        return nullcontext(_Dying([{"anna/right.MOV"}] if len(opened) in (1, 3)[:times] else []))

    monkeypatch.setattr(batch, "process_pool", pool)
    done = batch_to_folder(inbox, tmp_path / "out", BARE, workers=2)
    names = [str(o.status) for o in done.outcomes]
    assert names == ["done", "done" if times == 1 else "failed", "done", "refused"]
    assert opened == [2, 2, 1]
    assert done.exit_code == (0 if times == 1 else 70)


def test_the_command_in_json_and_in_words(inbox, measuring, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = ["batch", str(inbox), "-o", str(out), "--no-overlay", "--no-report", "--workers", "1"]
    assert cli.main([*arguments, "--json"]) == 0
    said = capsys.readouterr()
    plain = json.loads(said.out)
    assert said.err == ""
    assert plain["ok"] is True
    assert plain["counts"]["done"] == 3
    assert [i["status"] for i in plain["items"]] == ["done", "done", "done", "refused"]
    assert cli.main(arguments) == 0
    said = capsys.readouterr()
    assert "anna/right.MOV: done before\n" in said.out
    assert "broken.mp4: refused: " in said.out
    assert "summary.csv: 3 done, 1 refused" in said.out
    assert "inbox: 100 %" in said.err
    assert cli.main([*arguments, "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--workers", "0"], 2),
        (["--workers", "two"], 2),
        (["--workers", "1", "--scheduler", "tcp://127.0.0.1:1"], 2),
        (["--movement", "handstand"], 2),
    ],
)
def test_wrong_usage(inbox, tmp_path, capsys, arguments, code):
    assert cli.main(["batch", str(inbox), "-o", str(tmp_path / "out"), *arguments]) == code
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1", "tcp://127.0.0.1:1"])
def test_a_cluster_that_does_not_answer_is_said_in_two_lines(inbox, tmp_path, capsys, monkeypatch, address):
    pytest.importorskip("distributed")
    monkeypatch.setattr("screening.jobs.executor._CONNECT_S", 0.2)
    assert cli.main(["batch", str(inbox), "-o", str(tmp_path / "out"), "--scheduler", address, "--quiet"]) == 5
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert {r["status"] for r in table(tmp_path / "out")} == {"not_run"}


def test_faces_are_blurred_where_it_was_asked_for(inbox, tmp_path, monkeypatch):
    seen = []

    def stop(folder, out, choices, **_named):
        seen.append(choices.settings.report.blur_face)
        raise UsageError("enough", hint="stop")

    monkeypatch.setattr(batch, "batch_to_folder", stop)
    monkeypatch.setattr(
        "screening.jobs.screen_folder.screen_to_folder",
        lambda *_a, settings, **_n: stop("", "", replace(BARE, settings=settings)),
    )
    for command, source in (("batch", inbox), ("screen", inbox / "ben" / "first.toml")):
        for more in ([], ["--blur-face"]):
            assert cli.main([command, str(source), "-o", str(tmp_path / "out"), *more]) == 2
    assert seen == [False, True, False, True]


@pytest.mark.slow
def test_processes_measure_and_refuse(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "a.mp4").write_text("no video")
    (folder / "front.mp4").write_bytes((SAMPLES / "front_left_lead.mp4").read_bytes())
    choices = Choices(quality=Quality.FAST, mirrored=False, overlay=False, report=False)
    done = batch_to_folder(folder, out, choices, workers=2)
    assert [str(o.status) for o in done.outcomes] == ["refused", "done"]
    used = {r["repetitions_used"] for r in table(out) if r["source"] == "front.mp4"}
    assert used == {"2"}
    written = (out / "front.mp4" / "result.json").stat().st_mtime_ns
    again = batch_to_folder(folder, out, choices, workers=1)
    assert [o.earlier for o in again.outcomes] == [False, True]
    assert (out / "front.mp4" / "result.json").stat().st_mtime_ns == written


@pytest.mark.slow
def test_the_same_on_a_dask_cluster(tmp_path):
    distributed = pytest.importorskip("distributed")
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name in ("a.mp4", "b.mp4"):
        (folder / name).write_text("no video")
    (folder / "screen.toml").write_text("takes = 3")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None, host="127.0.0.1", protocol="tcp"
    ) as cluster:
        done = batch_to_folder(folder, out, BARE, scheduler=cluster.scheduler_address)
    assert [str(o.status) for o in done.outcomes] == ["refused"] * 3
    assert [r["status"] for r in table(out)] == ["refused"] * 3


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are a Unix thing")
def test_ctrl_c_leaves_nothing_half_written(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for k in range(2):
        (folder / f"{k}.mp4").write_bytes((SAMPLES / "left_side_left_lead.mp4").read_bytes())
    command = [sys.executable, "-m", "screening", "batch", str(folder), "-o", str(out), "--workers", "2"]
    run = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        wait_for(lambda: list(out.glob(".1.mp4.part-*")) and list(out.glob(".0.mp4.part-*")), seconds=180)
        os.killpg(run.pid, signal.SIGINT)
        said = run.communicate(timeout=180)[1]
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
    assert run.returncode == 130, said
    assert "Traceback" not in said
    assert sorted(p.name for p in out.iterdir()) == ["summary.csv", "summary.json"]
    assert {r["status"] for r in table(out)} == {"not_run"}


def wait_for(condition, *, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_paths_of_items_are_absolute(inbox, monkeypatch):
    monkeypatch.chdir(inbox.parent)
    assert all(i.source.is_absolute() and i.out.is_absolute() for i in find_items(Path("inbox"), Path("out")))


def test_the_largest_recordings_come_first(inbox, measuring, tmp_path):
    (inbox / "broken.mp4").write_bytes(b"no pictures here" * 1000)
    batch_to_folder(inbox, tmp_path / "out", BARE, workers=1)
    screen = [name for name, *_ in BRIEF]
    assert measuring[0] == "broken.mp4"
    assert {Path(name).stem for name in measuring[1:-2]} == set(screen)
    assert measuring[-2:] == ["right.MOV", "=1+1.mp4"]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system cannot hold a process to some cores")
def test_each_process_of_a_pool_keeps_to_one_core():
    with process_pool(2) as pool:
        for kept in [pool.submit(os.sched_getaffinity, 0) for _ in range(4)]:
            assert len(kept.result(timeout=60)) == 1
