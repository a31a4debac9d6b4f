"""A real server process with a data folder of its own, and a real Chromium that may talk to nobody else."""

import io
import os
import random
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app.browser import open_context

ROOT = Path(__file__).parents[2]
#: Below the ports that systems hand out to outgoing connections, so that none takes the port of a server that restarts.
_PORTS = range(20_000, 32_000)
_GIVEN: set[int] = set()
#: This machine, by an address that the program does not take for its own.
NEAR = "127.0.0.2"


def free_port():
    """Give a port that nobody listens on and that was not given before."""
    while True:
        port = random.SystemRandom().choice(_PORTS)
        with socket.socket() as probe:
            if port not in _GIVEN and probe.connect_ex(("127.0.0.1", port)) != 0:
                _GIVEN.add(port)
                return port


def wait_for(address, process, seconds=120.0):
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError) as err:
            assert process.poll() is None, f"the server ended with {process.returncode}"
            assert time.monotonic() < end, f"the server does not answer: {err}"
            threading.Event().wait(0.1)


@contextmanager
def serving(command, port, folder, *, cwd=ROOT, host="127.0.0.1", **variables):
    """Run a server and give its address; it must end when asked to."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    env = {**os.environ, "PYTHONPATH": path, "STREAMLIT_SERVER_HEADLESS": "true", **variables}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=cwd, env=env, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        wait_for(f"http://{host}:{port}/_stcore/health", process)
        yield f"http://{host}:{port}/"
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def server(data, tmp_path_factory):
    """Address of the page as `screening app` serves it."""
    port = free_port()
    command = [sys.executable, "-m", "screening", "app", "--port", str(port), "--data", str(data)]
    with serving(command, port, tmp_path_factory.mktemp("log")) as address:
        yield address


@pytest.fixture(scope="session")
def reachable(tmp_path_factory):
    """Address and data folder of a page that other machines could reach, were its address not this machine's own."""
    port, folder = free_port(), tmp_path_factory.mktemp("reachable")
    command = [sys.executable, "-m", "screening", "app", "--port", str(port), "--data", str(folder / "data")]
    with serving([*command, "--host", NEAR, "--i-know-this-is-open"], port, folder, host=NEAR) as address:
        yield address, folder / "data"


@pytest.fixture(scope="session")
def camera(tmp_path_factory):
    """A film that Chromium plays as its camera, over and over."""
    import av

    path = tmp_path_factory.mktemp("camera") / "camera.mjpeg"
    with av.open(ROOT / "sample_videos" / "back_right_lead.mp4") as video, path.open("wb") as file:
        for frame in video.decode(video=0):
            jpeg = io.BytesIO()
            frame.to_image().save(jpeg, "JPEG", quality=80)
            file.write(jpeg.getvalue())
    return path


@pytest.fixture(scope="session")
def filming(camera_chromium, camera):
    """A Chromium whose camera shows a split squat."""
    browser = camera_chromium(camera)
    yield browser
    browser.close()


@pytest.fixture
def visit(chromium, server):
    """Open the page in a new browser profile; afterwards no request may have gone elsewhere."""
    contexts, asked, broken = [], [], []

    def open_page(address=server, width=1280):
        context = open_context(chromium, width=width, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    outside = [url for url in asked if not url.startswith(("http://127.0.0.1:", f"http://{NEAR}:", "data:", "blob:"))]
    assert asked
    assert outside == []
    assert broken == []
