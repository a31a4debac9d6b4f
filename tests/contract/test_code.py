"""What every room must keep: who imports whom, docstrings that say what they promise, examples that run."""

import ast
import doctest
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import screening
from screening import movements
from screening.core.datatypes import MetricSpec
from screening.core.vocabulary import Side
from screening.kinematics.registry import column_names
from tests.conftest import ROOT

PACKAGE = ROOT / "screening"
CODE = sorted(PACKAGE.rglob("*.py"))
#: Pages are scripts, not modules.
MODULES = [p for p in CODE if p.name not in ("__init__.py", "__main__.py") and p.parent.name != "pages"]
SECTIONS = ("Parameters", "Returns", "Yields", "Raises", "Notes", "References", "Examples", "See Also", "Attributes")
TIMES = {"descent_s", "hold_s"}
RULES = {
    *("at_bottom", "change_at_bottom", "at_half_descent", "at_opposite", "range_to_opposite", "spread_at_bottom"),
    *TIMES,
}


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_rooms_import_downwards_only():
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([tool, "--no-cache"], check=False, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kept, 0 broken" in done.stdout


def public(tree):
    """Public classes and functions of a module with the methods of its classes, and their names."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            for inner in node.body:
                if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)) and not inner.name.startswith("_"):
                    yield f"{node.name}.{inner.name}", inner
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
            yield node.name, node


def faults_of_docstring(text):
    """What is wrong with the headings of a docstring."""
    lines = inspect.cleandoc(text).splitlines()
    for k, line in enumerate(lines):
        below = lines[k + 1] if k + 1 < len(lines) else ""
        if line in SECTIONS and below != "-" * len(line):
            yield f"{line} is not underlined by {len(line)} dashes"
        if set(below) == {"-"} and line not in SECTIONS:
            yield f"{line!r} is no heading of numpydoc"
        if re.fullmatch(r"(Args|Arguments|Parameters|Returns?|Raises|Yields?|Examples?|Notes?):", line):
            yield f"{line} is not how numpydoc writes it"


def documented_parameters(text):
    """Names that stand under Parameters."""
    found = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[^\n]*\n-+$|\Z)", inspect.cleandoc(text), re.DOTALL | re.MULTILINE)
    heads = re.findall(r"^([\w*][\w*, ]*?)(?: :| \(|, \(|$)", found.group(1), re.MULTILINE) if found else []
    return {name.strip().lstrip("*") for head in heads for name in head.split(",")}


def arguments_of(node):
    """Names of the arguments of a function, or of what a class is made from."""
    if isinstance(node, ast.ClassDef):
        made = [f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"]
        if not made:
            return {f.target.id for f in node.body if isinstance(f, ast.AnnAssign) and isinstance(f.target, ast.Name)}
        node = made[0]
    a = node.args
    return {x.arg for x in (*a.posonlyargs, *a.args, *a.kwonlyargs, a.vararg, a.kwarg) if x is not None}


@pytest.mark.parametrize("path", CODE, ids=module_name)
def test_everything_public_says_what_it_is(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    faults = [] if ast.get_docstring(tree) else ["the module has no docstring"]
    for name, node in public(tree):
        text = ast.get_docstring(node)
        if not text:
            faults.append(f"{name} has no docstring")
            continue
        faults += [f"{name}: {fault}" for fault in faults_of_docstring(text)]
        unknown = documented_parameters(text) - arguments_of(node)
        faults += [f"{name}: {parameter!r} is described but is no argument" for parameter in sorted(unknown)]
    assert not faults


def test_the_search_for_faulty_docstrings_finds_some():
    assert list(faults_of_docstring("A.\n\nParameters\n----\nx : int\n"))
    assert list(faults_of_docstring("A.\n\nReturns:\n    int"))
    assert list(faults_of_docstring("A.\n\nOutcome\n-------\nint"))
    assert not list(faults_of_docstring("A.\n\nParameters\n----------\nx, y : int\n    Text: more.\n"))
    assert documented_parameters("A.\n\nParameters\n----------\nx, y : int\n    Text.\n\nReturns\n-------\nint\n") == {
        "x",
        "y",
    }


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_every_module_says_what_it_may_import(path):
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert re.search(r"^May import: \S", text, re.MULTILINE)


@pytest.mark.parametrize("path", [p for p in CODE if ">>>" in p.read_text(encoding="utf-8")], ids=module_name)
def test_examples_run(path):
    outcome = doctest.testmod(importlib.import_module(module_name(path)), verbose=False)
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_public_names_are_there_and_no_others():
    assert all(getattr(screening, name) for name in screening.__all__)
    with pytest.raises(AttributeError, match="no attribute 'pipelines'"):
        screening.pipelines  # noqa: B018


@pytest.mark.parametrize("name", movements.names())
def test_every_metric_of_a_movement_reads_an_angle_of_the_registry(name):
    movement = movements.load(name)
    assert movement.name == name
    keys = [spec.key for spec in movement.metrics]
    assert len(keys) == len(set(keys))
    for spec in movement.metrics:
        assert isinstance(spec, MetricSpec)
        assert spec.rule in RULES
        assert spec.key.endswith(f"_{spec.unit}")
        for lead in Side:
            angle = spec.angle.format(lead=lead.value, rear=lead.other.value)
            assert (angle in column_names()) == (spec.rule not in TIMES), spec.key


def test_every_registered_movement_has_a_file():
    files = {p.stem for p in (PACKAGE / "movements").glob("*.py")} - {"__init__", *movements.HELPERS}
    assert files == set(movements.names())
