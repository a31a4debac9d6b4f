from __future__ import annotations

import csv
import hashlib
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from screening.core.errors import ConfigError, ModelError, ScreeningError
from screening.core.settings import PoseSettings
from screening.core.skeleton import INDEX
from screening.pose import blazepose, bundle
from tests.unit.pose.conftest import SAMPLES, sample_pictures

#: Many small runs, seconds in all.
pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SCREENING_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def two_lines(error: ScreeningError) -> bool:
    return all(line.strip() and "\n" not in line for line in error.lines)


# ------------------------------------------------------------------ where


def test_a_checkout_keeps_models_beside_its_project_file(monkeypatch, tmp_path):
    monkeypatch.delenv("SCREENING_MODELS", raising=False)
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(bundle, "__file__", str(tmp_path / "screening/pose/bundle.py"))
    assert bundle.models_folder() == tmp_path / "models"


def test_an_installed_package_keeps_models_in_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.delenv("SCREENING_MODELS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(bundle, "__file__", str(tmp_path / "site-packages/screening/pose/bundle.py"))
    assert bundle.models_folder() == tmp_path / "movement-screen" / "models"


def test_an_unknown_name_is_a_configuration_error():
    with pytest.raises(ConfigError, match="pose_landmarker_full") as caught:
        bundle.ensure("yolo")
    assert two_lines(caught.value)


# ------------------------------------------------------------------ build


def test_building_gives_a_known_checksum_twice_and_leaves_nothing_else(folder):
    assert bundle.list_models()[0].state == "can be built"
    first = bundle.build()
    assert first.state == "present"
    assert first.sha256 in bundle.KNOWN_SHA256[bundle.BUILT]
    assert bundle.build(force=True).sha256 == first.sha256
    assert [p.name for p in folder.iterdir()] == [f"{bundle.BUILT}.task"]


def test_a_damaged_bundle_is_built_again(folder):
    path = bundle.ensure(bundle.BUILT)
    good = path.read_bytes()
    path.write_bytes(good[:-100_000])
    assert bundle.list_models()[0].state == "damaged"
    assert bundle.ensure(bundle.BUILT).read_bytes() == good


def test_a_bundle_of_an_unknown_layout_is_accepted_only_with_its_noted_checksum(folder, monkeypatch):
    monkeypatch.setitem(bundle.KNOWN_SHA256, bundle.BUILT, ())
    path = bundle.ensure(bundle.BUILT)
    assert bundle.list_models()[0].state == "present"
    with path.open("ab") as file:
        file.write(b"x")
    assert bundle.list_models()[0].state == "damaged"


def test_two_processes_build_at_once(folder):
    code = "from screening.pose import bundle; print(bundle.sha256_of(bundle.ensure(bundle.BUILT)))"
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    sums = {process.communicate(timeout=120)[0].strip() for process in running}
    assert [process.returncode for process in running] == [0, 0]
    assert len(sums) == 1
    assert sums <= set(bundle.KNOWN_SHA256[bundle.BUILT])
    assert [p.name for p in folder.iterdir()] == [f"{bundle.BUILT}.task"]


def test_a_folder_that_cannot_be_written_is_said_in_two_lines(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SCREENING_MODELS", str(tmp_path / "file" / "models"))
    with pytest.raises(ModelError, match="cannot be written") as caught:
        bundle.ensure(bundle.BUILT)
    assert two_lines(caught.value)
    assert "SCREENING_MODELS" in caught.value.hint


def test_other_parts_in_the_package_are_refused(folder, monkeypatch):
    monkeypatch.setitem(blazepose.PART_SHA256, blazepose.DETECTOR, "0" * 64)
    with pytest.raises(ModelError, match=r"0\.10\.21") as caught:
        bundle.build()
    assert two_lines(caught.value)
    assert list(folder.glob("*")) == []


def error_px(path: Path) -> float:
    """Median distance of hips, knees and ankles from where the rendered person has them."""
    pictures = sample_pictures("back_right_lead", 374, 10)
    with blazepose.quiet():
        tracker = blazepose.BlazePoseTracker(path, PoseSettings())
        bodies = [tracker.track(p.rgb, p.time_s) for p in pictures]
    tracker.close()
    rows = list(csv.DictReader((SAMPLES / "back_right_lead_truth.csv").open()))[::10]
    gaps = []
    for part in ("hip", "knee", "ankle"):
        for side in ("left", "right"):
            for body, row in zip(bodies, rows, strict=True):
                truth = [float(row[f"{part}_{side[0].upper()}_{axis}"]) for axis in "uv"]
                gaps.append(np.linalg.norm(body.pixels[INDEX[f"{side}_{part}"]] - truth))
    return float(np.median(gaps))


@pytest.mark.slow
def test_pixels_are_divided_by_255(model, tmp_path, monkeypatch):
    assert error_px(model) < 12
    monkeypatch.setattr(blazepose, "STD", 1.0)
    wrong = tmp_path / "wrong.task"
    wrong.write_bytes(blazepose.assemble())
    assert error_px(wrong) > 30  # it runs, and sees a body, elsewhere


# ------------------------------------------------------------------ fetch


@contextmanager
def server(content: bytes, *, declared: int | None = None, status: int = 200) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content) if declared is None else declared))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_port}"
        finally:
            running.shutdown()
            thread.join()


@pytest.mark.slow
def test_a_fetched_model_is_noted_and_its_note_binds(folder):
    with server(b"heavy model" * 1000) as site:
        info = bundle.fetch("heavy", site=site)
    assert (info.name, info.state) == ("official_heavy", "present")
    assert info.sha256 == hashlib.sha256(b"heavy model" * 1000).hexdigest()
    assert bundle.ensure("official_heavy") == info.path
    info.path.unlink()
    with server(b"another one") as site, pytest.raises(ModelError, match="checksum"):
        bundle.fetch("heavy", site=site)
    assert not info.path.exists()
    with server(b"another one") as site:
        assert bundle.fetch("heavy", site=site, force=True).state == "present"


def test_a_model_with_a_known_checksum_must_have_it(folder):
    with server(b"not the lite model") as site, pytest.raises(ModelError, match="checksum") as caught:
        bundle.fetch("lite", site=site)
    assert two_lines(caught.value)
    assert list(folder.glob("*")) == []


def test_a_note_cannot_replace_a_checksum_that_is_known(folder):
    folder.mkdir()
    (folder / "official_lite.task").write_bytes(b"fake")
    (folder / "official_lite.sha256").write_text(hashlib.sha256(b"fake").hexdigest())
    with pytest.raises(ModelError, match="does not match"):
        bundle.ensure("official_lite")


@pytest.mark.parametrize(
    ("content", "declared", "status"), [(b"half", 8, 200), (b"", 0, 200), (b"gone", None, 404), (b"no", None, 503)]
)
def test_a_broken_answer_is_said_and_leaves_nothing(folder, content, declared, status):
    with server(content, declared=declared, status=status) as site, pytest.raises(ModelError) as caught:
        bundle.fetch("heavy", site=site)
    assert two_lines(caught.value)
    assert list(folder.glob("*")) == []


def test_without_a_connection_the_offline_way_is_named(folder):
    with server(b"") as site:
        pass
    with pytest.raises(ModelError, match="could not be fetched") as caught:
        bundle.fetch("full", site=site)
    assert bundle.BUILT in caught.value.hint


def test_a_model_that_was_not_fetched_says_how(folder):
    with pytest.raises(ModelError, match="not on this machine") as caught:
        bundle.ensure("official_heavy")
    assert "screening models fetch official_heavy" in caught.value.hint
