"""The process that works off the queue, and the one that looks after it."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from screening.core.errors import CancelledError
from screening.core.settings import TakeOptions
from screening.core.vocabulary import Quality
from screening.jobs import worker
from screening.jobs.process import process_alive
from screening.jobs.queue import JobQueue, JobState
from screening.jobs.supervisor import Supervisor
from screening.jobs.take import OUTPUT_FILES
from screening.jobs.worker import RESULTS, Meter, run_job

CLIP = Path(__file__).parents[3] / "sample_videos" / "front_left_lead.mp4"
FAST = TakeOptions(quality=Quality.FAST, mirrored=False)


def _until(condition, seconds=180.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        threading.Event().wait(0.05)


def test_a_refused_video_keeps_its_two_lines(queue, submit):
    job_id, key = submit(b"this is no video")
    run_job(queue, queue.claim("w", os.getpid()), threading.Event())
    job = queue.find(job_id, key)
    assert job.state is JobState.REFUSED
    assert job.what
    assert job.hint
    assert not (queue.folder(job_id) / RESULTS).exists()


def test_a_bug_is_noted_for_the_person_and_goes_on(queue, submit):
    job_id, key = submit()
    (queue.folder(job_id) / "results").mkdir()
    job = queue.claim("w", os.getpid())
    with pytest.raises(TypeError):
        run_job(queue, _with_broken_video(job), threading.Event())
    found = queue.find(job_id, key)
    assert found.state is JobState.FAILED
    assert "TypeError" in found.what


@pytest.mark.parametrize("blur_face", [True, False])
def test_heads_are_blurred_where_that_was_asked_for(queue, monkeypatch, blur_face):
    made_with = []
    monkeypatch.setattr(worker, "analyze_to_folder", lambda *_, settings, **__: made_with.append(settings.report))
    queue.folder("a").mkdir(parents=True)
    queue.submit("a", "key", video="clip.mp4", options=FAST, blur_face=blur_face)
    run_job(queue, queue.claim("w", os.getpid()), threading.Event())
    assert [report.blur_face for report in made_with] == [blur_face]


def _with_broken_video(job):
    from dataclasses import replace

    return replace(job, video=None)


def test_the_meter_stops_what_is_no_longer_wanted(queue, submit):
    job_id, key = submit()
    job = queue.claim("w", os.getpid())
    meter = Meter(queue, job, threading.Event(), 0.0)
    meter("pose", 50, 100)
    seen = queue.find(job_id, key)
    assert (seen.stage, seen.done, seen.fraction) == ("pose", 50, 0.36)
    assert seen.seconds_left >= 0
    queue.cancel(seen)
    with pytest.raises(CancelledError):
        meter("pose", 51, 100)


def test_the_meter_writes_only_now_and_then(queue, submit):
    job_id, key = submit()
    meter = Meter(queue, queue.claim("w", os.getpid()), threading.Event(), 3600.0)
    for done in range(10):
        meter("pose", done, 10)
    assert queue.find(job_id, key).done == 0
    meter("overlay", 1, 10)
    assert queue.find(job_id, key).stage == "overlay"


def test_a_deleted_job_leaves_no_folder(queue, submit):
    job_id, key = submit()
    job = queue.claim("w", os.getpid())
    queue.forget(queue.find(job_id, key))
    run_job(queue, job, threading.Event())
    assert not queue.folder(job_id).exists()


@pytest.mark.slow
def test_workers_start_again_and_end_with_the_page(queue):
    with Supervisor(queue.data, workers=2) as supervisor:
        first = supervisor.pids
        assert len(first) == 2
        os.kill(first[0], signal.SIGKILL)

        def replaced():
            supervisor.check()
            return supervisor.pids[0] != first[0]

        _until(replaced)
        assert supervisor.pids[1] == first[1]
        last = supervisor.pids
    assert not any(process_alive(pid) for pid in last)


_PARENT = """
import sys, time
from pathlib import Path
from screening.jobs.supervisor import Supervisor
with Supervisor(Path(sys.argv[1]), workers=1) as supervisor:
    print(supervisor.pids[0], flush=True)
    time.sleep(600)
"""


def test_a_worker_ends_when_its_parent_is_killed(queue):
    parent = subprocess.Popen([sys.executable, "-c", _PARENT, str(queue.data)], stdout=subprocess.PIPE, text=True)
    worker = int(parent.stdout.readline())
    assert process_alive(worker)
    parent.kill()
    parent.communicate()
    _until(lambda: not process_alive(worker))


def test_a_worker_that_a_bug_ends_says_only_what_it_was(tmp_path):
    nowhere = tmp_path / "data"
    nowhere.write_text("this is no folder")
    command = [sys.executable, "-m", "screening.jobs.worker", str(nowhere)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as worker:
        said = worker.stderr.read()  # its input stays open: whoever started it lives
        assert worker.wait(60) == 1
    assert "StorageError" in said
    assert "Fatal" not in said


@pytest.mark.slow
def test_a_killed_workers_job_is_done_by_the_next_one(queue, submit):
    job_id, key = submit(CLIP.read_bytes(), options=FAST)
    real = JobQueue(queue.data)
    with Supervisor(queue.data, workers=1) as supervisor:
        _until(lambda: real.find(job_id, key).done > 5)
        os.kill(real.find(job_id, key).pid, signal.SIGKILL)

        def over():
            supervisor.check()
            return real.find(job_id, key).state.is_over

        _until(over, 240)
    job = real.find(job_id, key)
    assert (job.state, job.tries) == (JobState.DONE, 2)
    assert sorted(p.name for p in (queue.folder(job_id) / RESULTS).iterdir()) == sorted(OUTPUT_FILES)
    assert sorted(p.name for p in queue.folder(job_id).iterdir()) == ["results", "video"]
    real.close()
