"""What the files around the code must keep: commands that work, no addresses, no traces of a machine."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from screening.cli import build_parser
from tests.conftest import ROOT, SAMPLES

TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".lock", ".js", ".css", ".j2", ".html", ".json", ".csv", ".txt", ""}
NOT_OURS = {".git", ".venv", ".hypothesis", "__pycache__", "data", "demo", "dist", "node_modules"}
#: Where an address may lead: licences, name spaces, identifiers, documents, and the one site `models fetch` asks.
ALLOWED = re.compile(
    r"https?://([\w.-]*\bexample\.(org|com)|doi\.org/|www\.apache\.org/licenses/|www\.w3\.org/|keepachangelog\.com/"
    r"|docs\.astral\.sh/uv/"
    r"|storage\.googleapis\.com/mediapipe-models/pose_landmarker|127\.0\.0\.1[:/]|localhost[:/]|spdx\.org/"
    r"|creativecommons\.org/publicdomain/zero/|json-schema\.org/draft/|unitsofmeasure\.org|terminology\.hl7\.org/)"
)
#: Written in pieces, so that this file does not find itself.
MACHINE = re.compile(
    "|".join(
        [r"/wo" + r"rk/", r"/tm" + r"p/[a-z]", r"/ro" + r"ot\b", r"/ho" + r"me/(?!somebody)\w+/", r"C:\\Us" + r"ers"]
    )
)
REGISTRY = re.compile("|".join(["py" + r"pi\.org", "python" + r"hosted", "--index-" + "url", "--find-" + "links"]))


def files():
    """Text files of the project, without what tools and runs leave behind."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if any(p in NOT_OURS or (p.endswith("_cache") and p.startswith(".")) or p.endswith(".egg-info") for p in parts):
            continue
        if path.is_file() and path.suffix in TEXT:
            yield path


def found(pattern, allowed=None):
    for path in files():
        text = path.read_text(encoding="utf-8")
        for hit in pattern.finditer(text):
            if allowed is None or not allowed.match(text, hit.start()):
                line = text.count("\n", 0, hit.start()) + 1
                yield f"{path.relative_to(ROOT)}:{line}: {text[hit.start() : hit.start() + 60]!r}"


def test_the_tree_is_searched():
    names = {p.relative_to(ROOT).as_posix() for p in files()}
    assert {"pyproject.toml", "LICENSE", "README.md", "screening/pipeline.py", "tests/contract/test_files.py"} <= names
    assert len(names) > 100


def test_no_address_leads_outside():
    assert not list(found(re.compile(r"https?://(?=[\w\[])"), ALLOWED))


def test_no_path_of_a_machine():
    assert not list(found(MACHINE))


def test_no_registry_is_named():
    assert not list(found(REGISTRY))


def test_the_lock_pins_every_dependency_once_for_each_python():
    lines = [x for x in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines() if not x.startswith("#")]
    shape = r"[a-z0-9-]+==[0-9][\w.]*( ; python_full_version (<|>=|==) '3\.1[012](\.\*)?')?"
    assert not [line for line in lines if not re.fullmatch(shape, line)]
    pinned = {line.split("==")[0] for line in lines}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = project.partition("\ndependencies = [")[2].partition("[project.scripts]")[0]
    listed = re.sub(r"#.*|; python_version.*?(?=\")", "", listed)
    names = re.findall(r'"([A-Za-z0-9.-]+)', listed)
    needed = {name.lower().replace(".", "-") for name in names} - {"movement-screen"}
    assert {"mediapipe", "streamlit", "pytest", "numpy"} <= needed
    assert needed <= pinned
    assert "mediapipe==0.10.21" in lines
    assert "opencv-python" not in pinned


def code_of(name):
    """Shell lines of a document: those in fences, and commands in the running text."""
    text = (ROOT / name).read_text(encoding="utf-8")
    fences = re.findall(r"^```(?:sh|bash|console)?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line for fence in fences for line in fence.splitlines()]
    rest = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [*lines, *re.findall(r"`([^`\n]+)`", rest)]


def commands(name):
    """Arguments of every call of the program in a document."""
    for line in code_of(name):
        for part in line.partition(" #")[0].split("&&"):
            hit = re.search(r"(?:^|\s)(?:\S*/)?(?:python3? -m )?screening ((?:--)?[a-z].*)$", part.strip())
            if part.lstrip().startswith("from "):
                continue
            if hit:
                yield shlex.split(hit.group(1))


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_command_of_a_document_is_accepted(document):
    seen = list(commands(document))
    assert seen
    for arguments in seen:
        assert build_parser().parse_args(arguments).run, arguments


def test_the_readme_shows_every_command():
    subparsers = next(a for a in build_parser()._actions if a.dest == "command")
    shown = {arguments[0] for arguments in commands("README.md")}
    assert set(subparsers.choices) <= shown


def test_the_check_of_the_whole_runs_the_readmes_own_test_command():
    whole = next(line for line in code_of("README.md") if line.rstrip().endswith("-m pytest"))
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    search = re.search(r"^command=\$\((grep .* README\.md)\)\nbash -c \"\$command\"$", script, re.MULTILINE)
    found = subprocess.run(shlex.split(search.group(1)), cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == whole.strip()
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


@pytest.mark.parametrize("document", [*sorted(p.name for p in ROOT.glob("*.md")), "sample_videos/README.md"])
def test_links_between_documents_lead_somewhere(document):
    path = ROOT / document
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
    assert not [link for link in links if "://" not in link and not (path.parent / link).exists()]


def test_sample_videos_come_with_truth_and_camera_and_are_described():
    text = (SAMPLES / "README.md").read_text(encoding="utf-8")
    videos = sorted(SAMPLES.glob("*.mp4"))
    assert len(videos) == 4
    for video in videos:
        assert video.name in text
        for kind in ("truth.csv", "camera.json"):
            assert Path(f"{video.with_suffix('')}_{kind}").is_file()
    columns = (SAMPLES / "front_left_lead_truth.csv").read_text(encoding="utf-8").partition("\n")[0].split(",")
    stems = {re.sub(r"_([LR]_)?[xyzuv]$|_[LR]$", "", c) for c in columns}
    assert not [stem for stem in sorted(stems) if stem not in text]


def test_licence_is_whole():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
