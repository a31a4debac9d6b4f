"""What a worker does with a screen of the store: results go in, refusals go where they belong."""

import os
import threading
from dataclasses import replace

import pytest

from screening.core.errors import NoPersonError
from screening.core.screen import Person, TakeEntry
from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.vocabulary import Side, View
from screening.jobs import screen_folder
from screening.jobs.filing import TAKE_REFUSED, WORKER
from screening.jobs.queue import JobState
from screening.jobs.worker import RESULTS, keep_house, run_job
from screening.store import Action, ConsentKind, ScreenState, TakeState, open_store

FILE = """
[person]
code = "A-17"
[[takes]]
video = "split_squat_back_left.mp4"
view = "back"
lead = "left"
"""


@pytest.fixture
def store(queue):
    with open_store(queue.data) as found:
        yield found


@pytest.fixture
def screen(store):
    person = store.people.add(Person(code="A-17"), who="local")
    return store.screens.add(person.id, who="local")


@pytest.fixture
def take(store, screen, tmp_path):
    (tmp_path / "film").write_bytes(b"no video at all")
    entry = TakeEntry(video="", view=View.BACK, lead=Side.LEFT)
    return store.takes.add(screen.id, entry, tmp_path / "film", file_name="a.mp4", who="local")


@pytest.fixture
def job(queue, store, screen, take):
    """A job as the page makes it."""

    def submit(name):
        folder = queue.folder(name)
        folder.mkdir(parents=True)
        (folder / "screen.toml").write_text(FILE, encoding="utf-8")
        (folder / f"{take.name}.mp4").symlink_to(store.takes.video(take))
        queue.submit(name, "key", video="screen.toml", options=TakeOptions(), screen=screen.id)
        store.screens.set_job(screen.id, name, who="local")
        return queue.claim("w", os.getpid())

    return submit


def test_a_refused_take_holds_the_reason(queue, store, screen, take, job):
    run_job(queue, job("j1"), threading.Event())
    found = store.takes.get(take.id)
    assert queue.find("j1", "key").state is JobState.REFUSED
    assert found.state is TakeState.REFUSED
    assert found.what
    assert found.hint
    assert not found.what.startswith(take.name)
    assert store.screens.get(screen.id).needs_attention == TAKE_REFUSED


def _measured(file, out, **_):
    """Stands for the measuring, which tests/slow runs for real: only what lies in the folder matters here."""
    (out / "takes" / "split_squat_back_left").mkdir(parents=True)
    (out / "takes" / "split_squat_back_left" / "result.json").write_text("{}", encoding="utf-8")
    (out / "screen.json").write_text("{}", encoding="utf-8")


def test_results_are_taken_in_and_earlier_jobs_let_go(queue, store, screen, take, job, monkeypatch):
    run_job(queue, job("j1"), threading.Event())
    monkeypatch.setattr(screen_folder, "screen_to_folder", _measured)
    run_job(queue, job("j2"), threading.Event())
    assert queue.find("j2", "key").state is JobState.DONE
    result = store.results.latest(screen.id)
    assert set(result.files) == {"screen.json", "takes/split_squat_back_left/result.json"}
    assert (store.results.folder(result) / "screen.json").read_text() == "{}"
    found = store.screens.get(screen.id)
    assert (found.state, found.needs_attention) == (ScreenState.ANALYSED, "")
    assert store.takes.get(take.id).state is TakeState.MEASURED
    assert store.audit.lines(result.id)[0].who == WORKER
    assert not queue.exists("j1")
    assert not queue.folder("j1").exists()
    assert (queue.folder("j2") / RESULTS / "screen.json").exists()


@pytest.mark.parametrize("wanted", [True, False])
def test_a_head_is_blurred_if_its_person_wants_it(queue, store, screen, job, monkeypatch, wanted):
    used = []

    def measured(file, out, *, settings, **rest):
        used.append(settings)
        _measured(file, out, **rest)

    store.people.consent(screen.person, ConsentKind.BLURRED, wording="1", who="local")
    if not wanted:
        store.people.withdraw(screen.person, ConsentKind.BLURRED, who="local")
    monkeypatch.setattr(screen_folder, "screen_to_folder", measured)
    run_job(queue, job("j1"), threading.Event())
    (settings,) = used
    assert settings.report.blur_face is wanted
    assert replace(settings, report=DEFAULTS.report) == DEFAULTS


def test_a_screen_erased_while_it_is_measured_is_no_fault(queue, store, screen, take, job, monkeypatch):
    from screening.store.erasure import erase

    def erased(file, out, **_):
        erase(store, screen.person, who="local")
        raise NoPersonError("split_squat_back_left.mp4: nobody is seen.", hint="Film again.")

    monkeypatch.setattr(screen_folder, "screen_to_folder", erased)
    run_job(queue, job("j1"), threading.Event())
    assert not queue.exists("j1")
    assert not queue.folder("j1").exists()
    assert store.screens.get(screen.id) is None


def test_the_worker_deletes_videos_whose_time_is_over(queue, store, take):
    import sqlalchemy as sa

    from screening.store.schema import TAKES

    with store.database.write() as db:
        db.execute(sa.update(TAKES).values(created_at=0.0))
    keep_house(queue.data)
    assert store.takes.get(take.id).video == ""
    assert store.audit.lines(take.id)[0].action is Action.EXPIRED
