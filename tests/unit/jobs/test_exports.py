"""Exports of a finished result: which files appear, and what is refused."""

import json
from dataclasses import replace

import pytest
from pypdf import PdfReader

from screening.cli import main
from screening.core.errors import ConfigError, OutputExistsError, UsageError
from screening.core.serial import to_plain
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Side
from screening.jobs.exports import FORMATS, export, find_result, is_screen
from screening.jobs.screen_reports import pair_of, video_of
from screening.jobs.signature import Signature, signature_of, write_signature
from screening.report.files import write_result
from screening.video import probe
from tests.conftest import SAMPLES
from tests.factories import make_result
from tests.unit.report.screens import NAMES, make_screen

#: Whole folders in every format.
pytestmark = pytest.mark.slow

TAKE = {
    "csv": ["angles_seen.csv", "angles_tidy.csv", "checks.csv", "metrics.csv", "repetitions.csv"],
    "xlsx": ["tables.xlsx"],
    "trc": ["landmarks.trc"],
    "mot": ["angles.mot"],
    "c3d": ["landmarks.c3d"],
    "fhir": ["fhir.json"],
    "pdf": ["report.pdf"],
    "json": ["result.json"],
    "schema": ["result.schema.json"],
}


def result():
    return make_result(leads=(Side.LEFT,))


@pytest.fixture
def take(tmp_path):
    folder = tmp_path / "take"
    folder.mkdir()
    write_result(result(), folder / "result.json")
    return folder


@pytest.fixture
def screen(tmp_path):
    folder = tmp_path / "screen"
    for name in NAMES[:2]:
        (folder / "takes" / name).mkdir(parents=True)
        write_result(result(), folder / "takes" / name / "result.json")
    made = make_screen()
    plain = to_plain(made)
    plain["takes"] = plain["takes"][:2]
    (folder / "screen.json").write_text(json.dumps(plain), encoding="utf-8")
    return folder


@pytest.mark.parametrize("kind", FORMATS)
def test_a_take_in_every_format(take, tmp_path, kind):
    files = export(take, tmp_path / "out", [kind], paper="a4")
    assert sorted(p.name for p in files) == TAKE[kind]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == TAKE[kind]
    assert all(p.stat().st_size > 100 for p in files)


def test_a_screen_in_every_format(screen, tmp_path):
    files = export(screen, tmp_path / "out", FORMATS, paper="letter")
    names = {p.name for p in files}
    assert {"asymmetries.csv", "plan.csv", "tables.xlsx", "fhir.json", "report.pdf", "screen.json"} <= names
    assert {f"{name}_landmarks.trc" for name in NAMES[:2]} <= names
    assert "screen.schema.json" in names
    again = json.loads((tmp_path / "out" / "screen.json").read_text(encoding="utf-8"))
    assert again == json.loads((screen / "screen.json").read_text(encoding="utf-8"))


SIGNATURE = Signature(
    name="Dr. Ada", date="2026-11-21", notes="", version=2, ratings={}, signed_at="2026-11-21T18:04:05+00:00"
)


def test_what_was_signed_is_exported_as_signed(screen, tmp_path):
    write_signature(SIGNATURE, {"corrections": {}, "decisions": {}}, screen)
    assert signature_of(screen) == SIGNATURE
    for k, source in enumerate((screen, screen / "screen.json", screen / "takes" / NAMES[0])):
        (path,) = export(source, tmp_path / str(k), ["fhir"], paper="a4")
        report, *rest = (e["resource"] for e in json.loads(path.read_text(encoding="utf-8"))["entry"])
        assert {r["status"] for r in (report, *rest)} == {"amended"}
        assert report["performer"] == [{"display": "Dr. Ada"}]
    (pdf,) = export(screen, tmp_path / "pdf", ["pdf"], paper="a4")
    text = "".join(page.extract_text() for page in PdfReader(pdf).pages)
    assert "Dr. Ada" in text
    assert "Draft." not in text


def test_a_damaged_signature_is_no_draft(screen, tmp_path):
    (screen / "review.json").write_text('{"name": "Dr. Ada"}', encoding="utf-8")
    with pytest.raises(ConfigError, match="whole signature"):
        export(screen, tmp_path / "out", ["fhir"], paper="a4")
    assert not (tmp_path / "out").exists()


def test_an_export_never_brings_a_face_back(tmp_path):
    sample = SAMPLES / "left_side_left_lead.mp4"
    plain = replace(result(), recording=probe(sample, limits=DEFAULTS.video))
    hidden = replace(plain, provenance=replace(plain.provenance, faces_blurred=True))

    def pictures(name, made, *more):
        (tmp_path / name).mkdir()
        write_result(made, tmp_path / name / "result.json")
        assert main(["export", str(tmp_path / name), "--to", "pdf", "-o", str(tmp_path / f"{name}_out"), *more]) == 0
        pages = PdfReader(tmp_path / f"{name}_out" / "report.pdf").pages
        return [image.data for page in pages for image in page.images]

    shown, asked, measured = pictures("a", plain), pictures("b", plain, "--blur-face"), pictures("c", hidden)
    assert len(shown) == 2
    assert asked == measured
    assert not set(asked) & set(shown)


def test_nothing_is_overwritten_unasked(take, tmp_path):
    out = tmp_path / "out"
    export(take, out, ["mot"], paper="a4")
    before = (out / "angles.mot").read_bytes()
    (out / "angles.mot").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputExistsError, match=r"angles\.mot"):
        export(take, out, ["trc", "mot"], paper="a4")
    assert [p.name for p in out.iterdir()] == ["angles.mot"]
    assert (out / "angles.mot").read_text(encoding="utf-8") == "mine"
    export(take, out, ["mot"], paper="a4", force=True)
    assert (out / "angles.mot").read_bytes() == before


@pytest.mark.parametrize("formats", [[], ["docx"], ["csv", "docx"]])
def test_an_unknown_format_is_refused_before_anything_is_written(take, tmp_path, formats):
    with pytest.raises(UsageError):
        export(take, tmp_path / "out", formats, paper="a4")
    assert not (tmp_path / "out").exists()


def test_what_is_no_result_is_refused(take, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ConfigError, match="neither"):
        find_result(empty)
    with pytest.raises(ConfigError, match="does not exist"):
        find_result(tmp_path / "nowhere")
    other = tmp_path / "other.json"
    other.write_text("[]", encoding="utf-8")
    with pytest.raises(ConfigError):
        export(other, tmp_path / "out", ["csv"], paper="a4")
    assert find_result(take) == take / "result.json"


def test_a_screen_is_told_by_what_it_holds(screen, tmp_path):
    renamed = tmp_path / "kept.json"
    renamed.write_bytes((screen / "screen.json").read_bytes())
    assert is_screen(renamed)


def test_the_video_is_found_beside_the_folder_if_it_is_the_same(take):
    found = result()
    assert video_of(found, take) is None
    (take.parent / "clip.mp4").write_bytes(b"x")
    assert video_of(found, take) == take.parent / "clip.mp4"
    (take.parent / "clip.mp4").write_bytes(b"xx")
    assert video_of(found, take) is None


def test_the_command_exports_and_says_so(take, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["export", str(take), "--to", "MOT, trc", "-o", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"ok": True, "files": [str(out / "angles.mot"), str(out / "landmarks.trc")]}
    assert main(["export", str(take), "--to", "odt", "-o", str(out)]) == 2
    assert capsys.readouterr().err.count("\n") == 2
    assert main(["export", str(tmp_path), "--to", "csv", "-o", str(out), "--quiet"]) == 5


def test_the_command_prints_a_schema(capsys):
    assert main(["schema", "screen"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Movement screen"


def test_the_pair_of_takes_is_filmed_alike_and_from_behind_first():
    made = make_screen()
    assert pair_of(made) == ("left_back", "right_back")
    sides = tuple(t for t in made.takes if t.name.endswith("side"))
    assert pair_of(replace(made, takes=sides)) == ("left_side", "right_side")
    assert pair_of(replace(made, takes=made.takes[:2])) is None
