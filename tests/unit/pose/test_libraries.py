from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from screening.core.errors import ModelError
from screening.pose.libraries import explain, load


@pytest.mark.parametrize(
    ("text", "python", "said", "hint"),
    [
        ("libGL.so.1: cannot open shared object file: No such file or directory", (3, 11), "libGL", "libgl1"),
        ("libEGL.so.1: cannot open shared object file", (3, 11), "libEGL", "doctor"),
        ("No module named 'mediapipe'", (3, 13), "Python 3.13", "3.12"),
        ("No module named 'mediapipe'", (3, 12), "No module named", "pip install"),
    ],
)
def test_a_failed_import_is_explained(text, python, said, hint):
    error = explain("mediapipe", ImportError(text), python)
    assert said in error.what
    assert hint in error.hint
    assert error.exit_code == 4


def test_a_missing_library_is_a_model_error():
    with pytest.raises(ModelError, match="no_such_library"):
        load("no_such_library")


def test_without_libgl_the_package_to_install_is_named(tmp_path):
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open shared object file')")
    code = (
        "from pathlib import Path; from screening.core.settings import PoseSettings\n"
        "from screening.core.errors import ModelError\n"
        "from screening.pose import bundle, mirrored, blazepose\n"
        "try: blazepose.BlazePoseFinder(Path('x'), PoseSettings())\n"
        "except ModelError as err: print(err.hint)\n"
    )
    path = os.pathsep.join([str(tmp_path), str(Path.cwd())])
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert "apt-get install libgl1" in done.stdout


def test_mediapipe_comes_without_matplotlib_and_leaves_no_placeholder():
    code = (
        "import sys; from screening.pose.libraries import load_mediapipe\n"
        "print(load_mediapipe().tasks.vision.PoseLandmarker.__name__, 'matplotlib' in sys.modules)\n"
        "import matplotlib.pyplot; print(callable(matplotlib.pyplot.plot))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["PoseLandmarker", "False", "True"]
