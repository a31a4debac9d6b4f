"""An empty store in SQLite and one in PostgreSQL; tests that take `store` run on both."""

import itertools
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from screening.core.screen import Person, TakeEntry
from screening.core.vocabulary import Side, View
from screening.store import open_store
from screening.store.schema import HEAD, META
from tests import postgres
from tests.unit.jobs.conftest import Clock

_COUNT = itertools.count()
DATABASES = ("first", "second")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def tmp_path():
    """A folder in memory: every change waits for the disk otherwise."""
    with tempfile.TemporaryDirectory(prefix="store-", dir=postgres.MEMORY) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """A running PostgreSQL with two databases that have all tables."""
    with postgres.cluster() as home:
        for name in DATABASES:
            postgres.execute(home, f"CREATE DATABASE {name}")
            with closing(open_store(tmp_path_factory.mktemp("pg"), postgres.url(home, name))):
                pass
        yield home


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory):
    """A data folder whose SQLite file has all tables and nothing in them."""
    folder = tmp_path_factory.mktemp("sqlite") / "data"
    with closing(open_store(folder)):
        pass
    return folder


@pytest.fixture
def new_database(request):
    """Empty one of the two databases in PostgreSQL and give its address."""
    free = iter(DATABASES)

    def make():
        home, name = request.getfixturevalue("cluster"), next(free)
        tables = ", ".join(table.name for table in META.sorted_tables)
        version = f"UPDATE alembic_version SET version_num = '{HEAD}'"
        postgres.execute(home, f"TRUNCATE {tables} RESTART IDENTITY", version, name=name)
        return postgres.url(home, name)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request, tmp_path, clock, empty_folder, new_database):
    """How to open the same store once more: `opened()`; whoever does closes it."""
    address = new_database() if request.param == "postgresql" else None
    folder = tmp_path / "data"
    if address is None:
        shutil.copytree(empty_folder, folder)
    return lambda: open_store(folder, address, clock=clock)


@pytest.fixture
def store(opened):
    with opened() as found:
        yield found


@pytest.fixture
def person(store):
    return store.people.add(Person(code="A-17", height_cm=170.0, birth_year=1980, sex="female"), who="local")


@pytest.fixture
def screen(store, person):
    return store.screens.add(person.id, who="local", key="open sesame")


@pytest.fixture
def film(store, screen, tmp_path):
    """Take a little file into the screen as if it were a video."""

    def add(content=b"moving pictures", view=View.BACK, lead=Side.LEFT):
        upload = tmp_path / f"upload-{next(_COUNT)}"
        upload.write_bytes(content)
        entry = TakeEntry(video="", view=view, lead=lead, mirrored=False, pain=2.0)
        return store.takes.add(screen.id, entry, upload, file_name="My clip.MP4", who="local")

    return add


@pytest.fixture
def measure(store, screen, tmp_path):
    """Take a little folder into the store as if it had been measured."""

    def add(text="{}"):
        folder = tmp_path / f"out-{next(_COUNT)}"
        (folder / "takes" / "a").mkdir(parents=True)
        (folder / "screen.json").write_text(text, encoding="utf-8")
        (folder / "takes" / "a" / "result.json").write_text("[1]", encoding="utf-8")
        return store.results.add(screen.id, folder, who="worker")

    return add
