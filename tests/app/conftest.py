"""A real server process with a data folder of its own, and a real Chromium that may talk to nobody else."""

import os
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

ROOT = Path(__file__).parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address, process, seconds=60.0):
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
            process.wait(30)
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


@pytest.fixture
def visit(chromium, server):
    """Open the page in a new browser profile; afterwards no request may have gone elsewhere."""
    contexts, asked, broken = [], [], []

    def open_page(address=server, width=1280):
        context = chromium.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    outside = [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))]
    assert asked
    assert outside == []
    assert broken == []
