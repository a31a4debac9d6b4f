"""Every error that a person can meet is said in every language: each sentence in the code has one of its shape."""

import ast
import re
from pathlib import Path

import pytest

from screening.catalog.language import DEFAULT_LANGUAGE, languages
from screening.catalog.refusals import load_refusals
from tests.contract.test_languages import DIAGNOSTIC, FAMILIAR

ROOT = Path(__file__).parents[2] / "screening"
OTHERS = [language for language in languages() if language != DEFAULT_LANGUAGE]

#: Rooms and files whose errors people meet on the page or from a command that has a language.
WATCHED = (
    "catalog/intake.py",
    "cli.py",
    "commands/takes.py",
    "jobs/batch*.py",
    "jobs/compare.py",
    "jobs/folders.py",
    "jobs/landmark_file.py",
    "jobs/queue.py",
    "jobs/reviewing.py",
    "jobs/screen_*.py",
    "jobs/take.py",
    "jobs/worker.py",
    "motion/*.py",
    "movements/*.py",
    "pipeline.py",
    "pose/*.py",
    "report/exchange/trc.py",
    "report/files.py",
    "report/lettering.py",
    "report/pdf_fonts.py",
    "review/*.py",
    "store/*.py",
    "video/*.py",
    "web/signing.py",
)
#: What whoever runs the program reads in a terminal: fetching models, the address of a database, backups.
TERMINAL_ONLY = ("pose/bundle.py", "store/backup.py", "store/restore.py")
#: Stands in a place that wants a sentence.
A_LINE = "true or false"
NO_ERRORS = {
    # help and closing lines of commands
    "Measures a filmed split squat and says how sure it is. A movement observation, never a diagnosis.",
    "A movement observation, never a diagnosis.",
    # the settings of the database, which are read before a page can be shown
    "7 is not the address of a database.",
    "Write it like postgresql://user:password@host/name, or leave it out for a file in the data folder.",
    "Databases of the kind 7 are not known.",
    "PostgreSQL is wanted, and its library psycopg is not installed.",
    "The data folder 7 cannot be made: 7.",
    "Name another folder with SCREENING_DATA or --data.",
    "A newer version of the program made this database (version 7, known here: up to 7).",
    "Install the newer version of the program, or name another data folder.",
    # the end of a sentence, which stands in the catalogue as a whole
    ", only inward.",
}


def sentences(path):
    """Every text of a file that ends as a sentence does and is no docstring, with 7 in its places."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inside.add(id(node.value))  # a docstring
        if isinstance(node, ast.JoinedStr):
            inside.discard(id(node))
    for node in ast.walk(tree):
        if id(node) in inside or not isinstance(node, (ast.Constant, ast.JoinedStr)):
            continue
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)
        if text.count(" ") >= 2 and re.search(r"[a-z7)\]\"'=][.?]$", text):
            yield text


def watched():
    files = {path for pattern in WATCHED for path in ROOT.glob(pattern)}
    return sorted(files - {ROOT / name for name in TERMINAL_ONLY})


@pytest.mark.parametrize("path", watched(), ids=lambda path: path.relative_to(ROOT).as_posix())
@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_of_the_code_is_said_in_the_language(path, language):
    known = load_refusals(language)
    unsaid = {text for text in sentences(path) if not (known.find(text) or known.find(text.replace("7", A_LINE)))}
    assert not unsaid - NO_ERRORS


def test_the_reading_of_the_code_finds_sentences():
    found = {text for path in watched() for text in sentences(path)}
    assert len(found) > 200
    assert "No person in 7 of 7 frames (limit 7)." in found
    assert found >= NO_ERRORS


@pytest.mark.parametrize("language", OTHERS)
def test_each_line_is_found_by_its_own_sentence_and_keeps_its_values(language):
    known = load_refusals(language)
    for line in known.lines:
        names = line.shape.groupindex
        english = re.sub(r"\{(\w+)\}", lambda place: f"<{place[1]}>", line.en)
        if "line}" not in line.text:
            said = known.find(english)
            assert said is not None and all(f"<{name}>" in said for name in names), line.en
            assert "{" not in said


@pytest.mark.parametrize("language", OTHERS)
def test_no_line_of_a_language_is_without_a_sentence_in_the_code(language):
    found = {text for path in ROOT.rglob("*.py") for text in all_texts(path)}
    whole = "\n".join(found)
    for line in load_refusals(language).lines:
        words = max(re.split(r"\{\w+\}|, only inward", line.en), key=len).strip(" .:,")
        assert words in whole, line.en


def all_texts(path):
    """Every text of a file, with a mark in its places."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Constant, ast.JoinedStr)):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)


def test_the_spanish_lines_sound_like_no_diagnosis_and_say_usted():
    for line in load_refusals("es").lines:
        assert not DIAGNOSTIC.search(line.text)
        assert not FAMILIAR.search(line.text)
