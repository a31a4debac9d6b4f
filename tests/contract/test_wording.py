"""What the program may say, and that everything it says exists."""

import ast
import re
from pathlib import Path

import pytest

from screening.catalog.exercises import load_exercises
from screening.catalog.loading import read_data
from screening.catalog.plan import load_plan
from screening.catalog.protocols import load_protocols
from screening.catalog.rules import load_rules
from screening.catalog.sources import load_sources
from screening.catalog.wordings import load_wordings
from screening.kinematics.registry import column_names
from screening.movements import load, names

PACKAGE = Path(__file__).parents[2] / "screening"
DATA = sorted((PACKAGE / "data").rglob("*.yaml"))
TEMPLATES = sorted((PACKAGE / "report" / "templates").iterdir())
CODE = sorted(PACKAGE.rglob("*.py"))
ALLOWED = "never a diagnosis"
FORBIDDEN = re.compile(
    r"diagnos|dysfunction|weak|injur|treat(s|ment)\b|cause of (your|the) pain|abnormal|patholog|disorder|disease|"
    r"therapy|patient|defect|overactive|inhibit|heal(s|ing)\b|\bcure|(?<!do )(?<!what )you (have|suffer)|risk",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", [*DATA, *TEMPLATES], ids=lambda path: f"{path.parent.name}-{path.name}")
def test_no_diagnostic_word(path):
    text = path.read_text(encoding="utf-8").replace(ALLOWED, "").replace(ALLOWED.capitalize(), "")
    # Titles of other people's papers are theirs.
    text = re.sub(r"^    title: .*$", "", text, flags=re.MULTILINE) if path.name == "sources.yaml" else text
    found = [f"{text.count(chr(10), 0, m.start()) + 1}: {m.group(0)}" for m in FORBIDDEN.finditer(text)]
    assert not found


def test_the_search_finds_what_it_is_for():
    for text in ("This is a diagnosis.", "a weak glute", "injury risk", "treats", "Abnormal tilt", "You have", "cured"):
        assert FORBIDDEN.search(text)


def _strings(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _calls(path, names):
    """First string argument of calls of a function or method with one of these names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        arguments = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "key")]
        if name in names:
            yield from (a.value for a in arguments if isinstance(a, ast.Constant) and isinstance(a.value, str))


@pytest.mark.slow
def test_every_sentence_that_code_names_exists():
    words = load_wordings()
    reasons = {s for path in CODE for s in _strings(path) if re.fullmatch(r"reason\.[a-z_]+", s)}
    asked = {s for path in CODE for s in _calls(path, {"sentence"})}
    assert len(reasons) > 8
    assert len(asked) > 20
    assert not sorted((reasons | asked) - set(words.sentences))


@pytest.mark.slow
def test_every_check_that_code_makes_has_words():
    words = load_wordings()
    named = {s for path in CODE for s in _calls(path, {"QualityCheck", "_check"}) if path.parent.name != "catalog"}
    assert len(named) > 10
    assert not sorted(named - set(words.checks))


def test_every_sentence_of_a_template_exists():
    words = load_wordings()
    named = {
        f"report.{key}"
        for path in TEMPLATES
        for key in re.findall(r'\btext\("([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert named
    assert not sorted(named - set(words.sentences))


def test_every_column_and_every_metric_has_words():
    words = load_wordings()
    assert set(words.angle_names) == set(column_names())
    specs = [spec for name in names() for spec in load(name).metrics]
    assert {spec.key: spec.unit for spec in specs} == {spec.key: words.metric(spec.key).unit for spec in specs}


def test_every_source_is_cited_and_every_citation_resolves():
    cited = {*load_wordings().cited, *load_plan().sources, *read_data("intake.yaml")["sources"]}
    for entry in (*load_rules(), *load_exercises(), *load_protocols().values()):
        cited |= set(entry.sources)
    assert cited == set(load_sources())


def test_the_catalogue_has_a_version():
    assert re.fullmatch(r"\d{4}\.\d{1,2}\.\d+", read_data("wordings.yaml")["version"])
