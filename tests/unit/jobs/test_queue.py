"""The table of jobs: who may see what, who gets what, and what happens when somebody dies."""

import multiprocessing
import os
import subprocess
import sys

import pytest

from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.vocabulary import Quality, Side, View
from screening.jobs.queue import JobQueue, JobState


def test_options_survive_the_table(queue, submit):
    options = TakeOptions(
        view=View.BACK, lead=Side.LEFT, mirrored=True, capture_fps=240.0, quality=Quality.FAST, movement="squat"
    )
    job = queue.find(*submit(options=options))
    assert job.options == options
    assert (job.state, job.video, job.tries) == (JobState.QUEUED, "video/clip.mp4", 0)


def test_the_wish_for_a_blurred_head_survives_the_table(queue, submit):
    plain, key = submit()
    assert queue.find(plain, key).blur_face is False
    (queue.folder("b") / "video").mkdir(parents=True)
    queue.submit("b", "key", video="video/clip.mp4", options=TakeOptions(movement="squat"), blur_face=True)
    job = queue.find("b", "key")
    assert (job.blur_face, job.options) == (True, TakeOptions(movement="squat"))
    queue.cancel(job)
    assert queue.again(job, job.options, blur_face=False)
    assert queue.find("b", "key").blur_face is False


def test_only_the_key_opens_a_job(queue, submit):
    job_id, key = submit()
    _, other_key = submit()
    assert queue.find(job_id, key) is not None
    for wrong in ("", "x", other_key, key[:-1], key + "a"):
        assert queue.find(job_id, wrong) is None
    assert queue.find("unknown", key) is None


def test_the_table_does_not_hold_the_key(queue, submit):
    _, key = submit()
    queue.close()
    stored = b"".join(path.read_bytes() for path in queue.data.glob("screening.db*"))
    assert key.encode() not in stored


def test_oldest_first_and_each_only_once(queue, submit):
    ids = [submit()[0] for _ in range(3)]
    assert [queue.claim("w", 1).id for _ in ids] == ids
    assert queue.claim("w", 1) is None


def _claim_all(data, name, start, out):
    queue = JobQueue(data)
    start.wait(120)
    taken = []
    while (job := queue.claim(name, os.getpid())) is not None:
        taken.append(job.id)
    out.put(taken)


def test_two_processes_never_get_the_same_job(queue, submit):
    ids = {submit()[0] for _ in range(40)}
    context = multiprocessing.get_context("spawn")
    start, out = context.Barrier(2), context.Queue()
    processes = [context.Process(target=_claim_all, args=(queue.data, f"w{i}", start, out)) for i in range(2)]
    for process in processes:
        process.start()
    taken = [out.get(timeout=180) for _ in processes]
    for process in processes:
        process.join(120)
    assert sorted(taken[0] + taken[1]) == sorted(ids)


def test_waiting_before(queue, submit):
    submit()
    second = queue.find(*submit())
    assert queue.waiting_before(second) == 1
    queue.claim("w", 1)
    assert queue.waiting_before(second) == 0


def test_progress_is_written_for_the_owner_to_see(queue, submit):
    job_id, key = submit()
    job = queue.claim("w", os.getpid())
    assert queue.beat(job, stage="pose", done=5.0, total=10.0, fraction=0.36, seconds_left=7.5)
    seen = queue.find(job_id, key)
    assert (seen.stage, seen.done, seen.total, seen.fraction, seen.seconds_left) == ("pose", 5.0, 10.0, 0.36, 7.5)


def test_cancel_while_waiting_ends_at_once(queue, submit):
    job_id, key = submit()
    queue.cancel(queue.find(job_id, key))
    assert queue.find(job_id, key).state is JobState.CANCELLED
    assert queue.claim("w", 1) is None


def test_cancel_while_running_reaches_the_worker(queue, submit):
    job_id, key = submit()
    job = queue.claim("w", os.getpid())
    assert queue.beat(job)
    queue.cancel(queue.find(job_id, key))
    assert queue.find(job_id, key).state is JobState.RUNNING
    assert not queue.beat(job)


def test_cancel_does_not_undo_a_result(queue, submit):
    job_id, key = submit()
    queue.finish(queue.claim("w", os.getpid()), JobState.DONE)
    queue.cancel(queue.find(job_id, key))
    assert queue.find(job_id, key).state is JobState.DONE


def _dead_pid():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_dead_workers_job_goes_back_and_is_not_tried_for_ever(queue, submit):
    job_id, key = submit()
    for tries in range(1, DEFAULTS.web.max_tries + 1):
        assert queue.claim(f"w{tries}", _dead_pid()).tries == tries
        assert queue.recover() == 1
    job = queue.find(job_id, key)
    assert job.state is JobState.FAILED
    assert job.what
    assert job.hint
    assert queue.claim("w", 1) is None


def test_a_killed_child_that_nobody_waited_for_counts_as_dead(queue, submit):
    job_id, key = submit()
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    queue.claim("w", process.pid)
    assert queue.recover() == 0
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert queue.recover() == 1
    assert queue.find(job_id, key).state is JobState.QUEUED
    process.communicate()


def test_a_silent_worker_loses_its_job_and_cannot_finish_it(queue, submit, clock):
    job_id, key = submit()
    job = queue.claim("w", os.getpid())
    clock.now += DEFAULTS.web.stale_s - 1
    assert queue.recover() == 0
    queue.beat(job)
    clock.now += DEFAULTS.web.stale_s - 1
    assert queue.recover() == 0
    clock.now += 2
    assert queue.recover() == 1
    other = queue.claim("other", os.getpid())
    assert not queue.beat(job)
    assert not queue.finish(job, JobState.DONE)
    assert queue.find(job_id, key).worker == "other"
    assert queue.finish(other, JobState.DONE)


def test_a_cancelled_job_of_a_dead_worker_stays_cancelled(queue, submit):
    job_id, key = submit()
    queue.claim("w", _dead_pid())
    queue.cancel(queue.find(job_id, key))
    queue.recover()
    assert queue.find(job_id, key).state is JobState.CANCELLED


def test_a_released_job_has_all_its_tries(queue, submit):
    job_id, key = submit()
    queue.release(queue.claim("w", os.getpid()))
    job = queue.find(job_id, key)
    assert (job.state, job.tries) == (JobState.QUEUED, 0)


def test_again_takes_new_choices_but_only_when_it_is_over(queue, submit):
    job_id, key = submit()
    running = queue.claim("w", os.getpid())
    assert not queue.again(running, TakeOptions(view=View.LEFT))
    queue.finish(running, JobState.REFUSED, ("seen", "do"))
    assert queue.again(running, TakeOptions(view=View.LEFT))
    job = queue.find(job_id, key)
    assert (job.state, job.options.view, job.what, job.tries) == (JobState.QUEUED, View.LEFT, "", 0)


@pytest.mark.parametrize("state", list(JobState))
def test_a_forgotten_job_is_gone_in_every_state(queue, submit, state):
    job_id, key = submit()
    if state is not JobState.QUEUED:
        job = queue.claim("w", os.getpid())
        if state is not JobState.RUNNING:
            queue.finish(job, state)
    queue.forget(queue.find(job_id, key))
    assert queue.find(job_id, key) is None
    assert not queue.exists(job_id)
