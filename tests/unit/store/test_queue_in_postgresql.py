"""The queue in PostgreSQL: many workers at once, each job to one of them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from screening.core.settings import TakeOptions
from screening.jobs.queue import JobQueue, JobState


@pytest.fixture
def queue(tmp_path, new_database, monkeypatch, clock):
    monkeypatch.setenv("SCREENING_DATABASE", new_database())
    found = JobQueue(tmp_path / "data", clock=clock)
    found.create_schema()
    yield found
    found.close()


def test_each_job_goes_to_one_worker(queue):
    for k in range(24):
        queue.submit(f"j{k}", "key", video="v", options=TakeOptions())

    def work(name):
        taken = []
        while (job := queue.claim(name, 1)) is not None:
            taken.append(job.id)
        return taken

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(work, "abcd"))
    assert sorted(name for share in shares for name in share) == sorted(f"j{k}" for k in range(24))


def test_a_job_lives_its_life(queue, clock):
    queue.submit("j", "key", video="v", options=TakeOptions(movement="squat"), screen="s")
    job = queue.claim("w", 1)
    assert (job.state, job.screen, job.options.movement) == (JobState.RUNNING, "s", "squat")
    assert queue.beat(job, stage="pose", done=1.0, total=4.0, fraction=0.25)
    clock.now += 1_000
    assert queue.recover() == 1
    again = queue.claim("w2", 1)
    assert not queue.finish(job, JobState.DONE)
    assert queue.finish(again, JobState.DONE)
    found = queue.find("j", "key")
    assert (found.state, found.tries, found.finished_at) == (JobState.DONE, 2, clock.now)


def test_earlier_jobs_of_a_screen_are_forgotten_but_no_others(queue):
    for name, screen in (("old", "s"), ("other", "t"), ("single", ""), ("new", "s"), ("later", "s")):
        queue.submit(name, "key", video="v", options=TakeOptions(), screen=screen)
    jobs = {job.id: job for job in (queue.claim("w", 1) for _ in range(4))}
    for job in jobs.values():
        queue.finish(job, JobState.DONE)
    assert queue.forget_earlier(jobs["new"]) == ["old"]
    assert queue.forget_earlier(jobs["single"]) == []
    assert [name for name in ("old", "other", "single", "new", "later") if not queue.exists(name)] == ["old"]
