"""The worker or the server killed, the disk full, in the middle of an upload or of the measuring.

Afterwards nothing that was finished is lost, the state that is shown is true, and what was begun goes on.
"""

import hashlib
import http.client
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from screening.core.screen import Person, TakeEntry
from screening.core.settings import TakeOptions
from screening.core.vocabulary import Quality, View
from screening.jobs.process import process_alive
from screening.jobs.queue import JobQueue, JobState, new_secret
from screening.jobs.supervisor import Supervisor
from screening.jobs.take import OUTPUT_FILES
from screening.jobs.worker import RESULTS
from screening.store import open_store
from screening.web.tickets import Tickets
from tests.app.conftest import free_port, wait_for
from tests.conftest import ROOT, SAMPLES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CLIP = SAMPLES / "front_left_lead.mp4"
FAST = TakeOptions(quality=Quality.FAST, mirrored=False)
SLOT = "split_squat.left.back"
#: More than the route holds in memory, so that a part is on disk when the server dies.
FILM = bytes(range(256)) * 4 * 10 * 1024


def until(condition, seconds=180.0):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        threading.Event().wait(0.05)
    return found


class Finished:
    """A screen with a film and results in the store, and a job that is done: what must not be lost."""

    def __init__(self, data, tmp_path):
        self.data = data
        with open_store(data) as store:
            person = store.people.add(Person(code="before"), who="local")
            self.screen = store.screens.add(person.id, who="local", key="k")
            film = tmp_path / "film.mp4"
            film.write_bytes(b"moving pictures")
            entry = TakeEntry(video="", view=View.BACK)
            self.take = store.takes.add(self.screen.id, entry, film, file_name="a.mp4", who="local")
            out = tmp_path / "out"
            out.mkdir()
            (out / "screen.json").write_text("{}")
            self.result = store.results.add(self.screen.id, out, who="local")
            store.screens.answer(self.screen.id, {"pain_now": 4}, who="local")

    def is_whole(self):
        with open_store(self.data) as store:
            take, result = store.takes.get(self.take.id), store.results.get(self.result.id)
            report = store.results.folder(result) / "screen.json"
            sums = {"screen.json": hashlib.sha256(report.read_bytes()).hexdigest()}
            film = store.takes.video(take).read_bytes() == b"moving pictures"
            return film and sums == dict(result.files) and store.screens.get(self.screen.id).intake == {"pain_now": 4}


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def before(data, tmp_path):
    return Finished(data, tmp_path)


@pytest.fixture
def queue(data, before):
    found = JobQueue(data)
    found.create_schema()
    yield found
    found.close()


def submit(queue):
    number, key = new_secret(), new_secret()
    folder = queue.folder(number) / "video"
    folder.mkdir(parents=True)
    (folder / "clip.mp4").write_bytes(CLIP.read_bytes())
    queue.submit(number, key, video="video/clip.mp4", options=FAST)
    return number


def measuring(queue, number):
    """Give the job once its worker is within the pictures."""
    job = queue.get(number)
    return job if job.state is JobState.RUNNING and job.stage == "pose" and job.done > 0 else None


def done(queue, number, supervisor):
    supervisor.check()
    job = queue.get(number)
    return job if job.state.is_over else None


def assert_results(queue, number):
    folder = queue.folder(number)
    assert {path.name for path in (folder / RESULTS).iterdir()} == set(OUTPUT_FILES)
    assert {path.name for path in folder.iterdir()} == {"video", RESULTS}


@contextmanager
def server(data):
    """Run the whole program; whatever happens, it and its workers are gone afterwards."""
    port = free_port()
    command = [sys.executable, "-m", "screening", "app", "--port", str(port), "--data", str(data)]
    null = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, stdin=null, stdout=null, stderr=null, start_new_session=True)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield process, port
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)


def test_a_worker_killed_while_it_measures(queue, before):
    number = submit(queue)
    with Supervisor(queue.data, workers=1) as supervisor:
        first = until(lambda: measuring(queue, number))
        os.kill(first.pid, signal.SIGKILL)
        shown = queue.get(number)
        assert shown.state in (JobState.QUEUED, JobState.RUNNING)
        assert not (queue.folder(number) / RESULTS).exists()
        job = until(lambda: done(queue, number, supervisor))
    assert (job.state, job.tries) == (JobState.DONE, 2)
    assert job.pid != first.pid
    assert_results(queue, number)
    assert before.is_whole()


def test_the_server_killed_while_its_worker_measures(queue, before):
    number = submit(queue)
    with server(queue.data) as (process, _):
        job = until(lambda: measuring(queue, number))
        process.kill()
        process.wait(60)
        until(lambda: not process_alive(job.pid))
        shown = queue.get(number)
        assert shown.state is JobState.QUEUED  # the worker noticed, and gave it back
        assert not (queue.folder(number) / RESULTS).exists()
        assert before.is_whole()
    with Supervisor(queue.data, workers=1) as supervisor:
        assert until(lambda: done(queue, number, supervisor)).state is JobState.DONE
    assert_results(queue, number)


def send(port, ticket, body, *, offset=0, upto=None):
    """Send bytes as the page does; give the answer, None if only a part was sent and the line is still open."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    line.putrequest("PATCH", f"/api/uploads/{ticket.id}")
    told = {"X-Upload-Secret": ticket.secret, "Upload-Offset": offset, "Upload-Length": len(FILM)}
    for name, value in {**told, "X-File-Name": "clip.mp4", "Content-Length": len(body)}.items():
        line.putheader(name, str(value))
    line.endheaders()
    line.send(body[:upto])
    return line


def answer(line):
    with line.getresponse() as found:
        return found.status, found.read()


def offset(port, ticket):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    line.request("HEAD", f"/api/uploads/{ticket.id}", headers={"X-Upload-Secret": ticket.secret})
    found = line.getresponse()
    found.read()
    line.close()
    assert found.status == 200
    return int(found.headers["Upload-Offset"])


def kept(data, screen):
    with open_store(data) as store:
        return [store.takes.video(take).read_bytes() for take in store.takes.of_screen(screen) if take.view != "back"]


def slot(data, before):
    """Give a ticket for a take that the screen has not got yet; a server that starts later reads it."""
    (data / "uploads").mkdir(exist_ok=True)
    return Tickets(folder=data / "uploads").issue(screen=before.screen.id, take="split_squat.left.left")


def test_the_server_and_its_worker_killed_during_an_upload(data, before):
    ticket = slot(data, before)
    part = data / "uploads" / f"{ticket.id}.part"
    with server(data) as (process, port):
        line = send(port, ticket, FILM, upto=len(FILM) * 3 // 4)
        until(lambda: part.exists() and part.stat().st_size > 0)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)
        line.close()
    arrived = part.stat().st_size
    assert 0 < arrived < len(FILM)
    assert kept(data, before.screen.id) == []
    with server(data) as (_, port):
        assert offset(port, ticket) == arrived
        line = send(port, ticket, FILM[arrived:], offset=arrived)
        assert answer(line)[0] == 200
        line.close()
        assert offset(port, ticket) == len(FILM)
    assert kept(data, before.screen.id) == [FILM]
    assert not part.exists()
    assert before.is_whole()


def test_a_full_disk_during_an_upload(data, before):
    ticket = slot(data, before)
    with server(data) as (process, port):
        full = 5 * 1024**2
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
        line = send(port, ticket, FILM)
        status, said = answer(line)
        line.close()
        assert status == 507
        assert b"disk" in said
        assert kept(data, before.screen.id) == []
        assert offset(port, ticket) == sum(path.stat().st_size for path in (data / "uploads").glob("*.part"))
        assert before.is_whole()
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        start = offset(port, ticket)
        line = send(port, ticket, FILM[start:], offset=start)
        assert answer(line)[0] == 200
        line.close()
    assert kept(data, before.screen.id) == [FILM]
    assert before.is_whole()


def assert_full(queue, number, before):
    job = queue.get(number)
    assert job.state is JobState.FAILED
    assert "full" in job.what
    assert job.hint
    assert {path.name for path in queue.folder(number).iterdir()} == {"video"}
    assert before.is_whole()


def test_a_full_disk_while_it_measures_and_room_again(queue, before):
    number = submit(queue)
    with Supervisor(queue.data, workers=1) as supervisor:
        pid = until(lambda: measuring(queue, number)).pid
        # Smaller than the report, larger than everything that comes before it.
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (3 * 1024**2, resource.RLIM_INFINITY))
        until(lambda: done(queue, number, supervisor))
        assert_full(queue, number, before)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert queue.again(queue.get(number), FAST)
        assert until(lambda: done(queue, number, supervisor)).state is JobState.DONE
    assert_results(queue, number)
    assert before.is_whole()


def test_a_worker_that_cannot_write_one_byte(queue, before):
    number = submit(queue)
    with Supervisor(queue.data, workers=1) as supervisor:
        pid = until(lambda: measuring(queue, number)).pid
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        until(lambda: not process_alive(pid))
        assert queue.get(number).state in (JobState.RUNNING, JobState.QUEUED)  # true: the next worker takes it up
        assert not (queue.folder(number) / RESULTS).exists()
        assert before.is_whole()
        job = until(lambda: done(queue, number, supervisor))
    assert (job.state, job.tries) == (JobState.DONE, 2)
    assert_results(queue, number)
