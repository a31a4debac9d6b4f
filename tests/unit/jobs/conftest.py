"""A queue in a folder of its own, with a clock that tests can turn."""

import pytest

from screening.core.settings import TakeOptions
from screening.jobs.queue import JobQueue, new_secret


class Clock:
    """Seconds that pass only when told."""

    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def queue(tmp_path, clock):
    found = JobQueue(tmp_path / "data", clock=clock)
    found.create_schema()
    yield found
    found.close()


@pytest.fixture
def submit(queue):
    """Put one job into the queue and give its id and key."""

    def put(content=b"not a video", options=None):
        job_id, key = new_secret(), new_secret()
        folder = queue.folder(job_id) / "video"
        folder.mkdir(parents=True)
        (folder / "clip.mp4").write_bytes(content)
        queue.submit(job_id, key, video="video/clip.mp4", options=options or TakeOptions())
        return job_id, key

    return put
