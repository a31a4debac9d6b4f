"""What a crash between two steps leaves, and how it is put right."""

import errno
import os
from pathlib import Path

import pytest

from screening.core.errors import StorageError
from screening.store import TakeState
from screening.store.files import PART
from screening.store.takes import Takes


@pytest.fixture
def stopped(monkeypatch, film):
    """Take a film in, but stop after the row was written and before the file was moved."""

    def add(**arguments):
        with monkeypatch.context() as patch:
            patch.setattr(Takes, "_settle", lambda *_: None)
            return film(**arguments)

    return add


def test_a_film_that_was_not_moved_yet_is_moved(store, screen, stopped):
    take = stopped()
    assert take.state is TakeState.ARRIVING
    assert store.takes.of_screen(screen.id) == []
    assert store.recover() == 1
    (found,) = store.takes.of_screen(screen.id)
    assert found.state is TakeState.RECORDED
    assert store.takes.video(found).read_bytes() == b"moving pictures"
    assert store.recover() == 0


def test_a_film_that_was_moved_but_not_written_down_is_written_down(store, screen, stopped, tmp_path):
    take = stopped()
    (source,) = tmp_path.glob("upload-*")
    store.files.move_in(source, take.video)
    assert store.recover() == 1
    assert [found.id for found in store.takes.of_screen(screen.id)] == [take.id]


def test_a_film_that_never_came_is_forgotten(store, screen, stopped, tmp_path):
    take = stopped()
    for source in tmp_path.glob("upload-*"):
        source.unlink()
    assert store.recover() == 0
    assert store.takes.get(take.id) is None


def test_a_full_disk_leaves_the_upload_where_it_was(store, screen, film, monkeypatch, tmp_path):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="is full"):
            film(b"kept")
    (upload,) = tmp_path.glob("upload-*")
    assert upload.read_bytes() == b"kept"
    assert store.takes.of_screen(screen.id) == []
    assert store.recover() == 0


def test_a_film_from_another_disk_is_copied(store, screen, film, monkeypatch, tmp_path):
    replace = Path.replace

    def across(self, target):
        if self.name.startswith("upload-"):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", across)
    take = film(b"far away")
    assert store.takes.video(take).read_bytes() == b"far away"
    assert not list(tmp_path.glob("upload-*"))


def test_results_that_find_no_room_leave_nothing(store, screen, measure, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="is full"):
            measure()
    assert store.results.of_screen(screen.id) == []
    assert list((store.files.root / "results").iterdir()) == []


def test_old_folders_without_a_row_are_swept_and_young_ones_are_not(store, screen, measure):
    kept = store.results.folder(measure())
    old, young, part = (store.files.root / "results" / name for name in ("old", "young", f"{PART}x"))
    for folder in (old, young, part):
        folder.mkdir()
        (folder / "a").write_text("a", encoding="utf-8")
    for folder in (old, part, kept):
        os.utime(folder, (1, 1))
    store.recover()
    assert (old.exists(), young.exists(), part.exists(), kept.exists()) == (False, True, False, True)
