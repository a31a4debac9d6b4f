from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ESTIMATE = """
import sys
from pathlib import Path
from screening.core.settings import DEFAULTS
from screening.pose.mirrored import estimate
from screening.video.probe import probe
from screening.video.reader import VideoReader
path = Path(sys.argv[1])
recording = probe(path, limits=DEFAULTS.video)
def pictures():
    with VideoReader(path, recording=recording) as reader:
        yield from reader
raw = estimate(pictures, recording=recording, mirrored=True, settings=DEFAULTS.pose, on_frame=lambda n: None)
print(raw.variants[0].image.valid.all(axis=1).sum(), "frames")
"""
SELF_TEST = "import socket; socket.socket(socket.AF_INET).close()"


def traced(tmp_path: Path, *command: str) -> tuple[str, str]:
    log = tmp_path / "trace"
    done = subprocess.run(
        ["strace", "-f", "-e", "trace=network", "-o", str(log), sys.executable, "-c", *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return done.stdout, log.read_text()


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("SCREENING_REQUIRE_ALL"),
    reason="strace is not installed: apt-get install strace",
)
def test_no_internet_socket_is_opened(tmp_path):
    assert re.search(r"socket\(AF_INET\b", traced(tmp_path, SELF_TEST)[1])  # the trace would show one
    said, log = traced(tmp_path, ESTIMATE, str(ROOT / "sample_videos" / "front_left_lead.mp4"))
    assert said.strip() == "189 frames"
    assert re.findall(r".*\bAF_INET6?\b.*", log) == []
