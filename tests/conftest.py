"""Options and what several test folders share: the sample videos, and one run of the demo over all of them."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "sample_videos"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write the expected results of tests/golden anew")
    parser.addoption(
        "--update-landmarks", action="store_true", help="watch the sample videos anew for tests/golden (minutes)"
    )


def pytest_collection_modifyitems(items):
    """A browser on a crowded machine may be late once; a page that is wrong is wrong twice, and fails."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1, reruns_delay=2))


@dataclass(frozen=True, kw_only=True)
class DemoRun:
    """What `screening demo --json` did."""

    folder: Path
    exit_code: int
    outcome: dict
    stderr: str


def run_screening(*arguments, cwd=ROOT, timeout=600, **variables):
    """Run the program as a person would, in a process of its own."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [sys.executable, "-m", "screening", *map(str, arguments)],
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path, **variables},
        capture_output=True,
        text=True,
        timeout=timeout,
    )


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """All sample videos through the whole program, once for all tests that need it."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    done = run_screening("demo", "-o", folder, "--json")
    assert done.returncode == 0, done.stderr
    return DemoRun(folder=folder, exit_code=done.returncode, outcome=json.loads(done.stdout), stderr=done.stderr)


def _chromium():
    found = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if found is None:
        reason = "no Chromium: install it, or name its program in the variable CHROMIUM"
        if os.environ.get("SCREENING_REQUIRE_ALL"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def playwright():
    """The library drives Chromium from one place in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def chromium(playwright):
    """One Chromium for all tests."""
    browser = playwright.chromium.launch(executable_path=_chromium(), args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def camera_chromium(playwright):
    """Start a Chromium whose camera plays a file."""

    def start(film):
        fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        arguments = [*ARGUMENTS, *fake, f"--use-file-for-fake-video-capture={film}"]
        return playwright.chromium.launch(executable_path=_chromium(), args=arguments)

    return start
