"""CSV, XLSX, FHIR and the JSON Schema: numbers come back, nothing a person wrote is ever run."""

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import openpyxl
import pytest

import screening
from screening.catalog import load_wordings
from screening.core.datatypes import QualityCheck
from screening.core.errors import ConfigError
from screening.core.serial import to_plain
from screening.core.vocabulary import CheckLevel, Observability, Side
from screening.report.exchange import fhir, schema
from screening.report.exchange.optional import need
from screening.report.exchange.tables import screen_tables, take_tables
from screening.report.exchange.tidy import write_table
from screening.report.exchange.xlsx import write_workbook
from screening.report.files import write_result
from screening.report.screen_model import Review
from screening.report.texts import EXCHANGE, PDF, load_texts
from tests.factories import make_result
from tests.unit.report.screens import make_screen

EVIL = "=CMD|' /C calc'!A0\", <script>alert(1)</script>\n+1"


@pytest.fixture
def wordings():
    return load_wordings()


def evil_screen():
    screen = make_screen(code=EVIL, note=EVIL)
    return replace(screen, intake={**screen.intake, "activity": EVIL})


def read_csv(table, folder):
    write_table(table, folder / "t.csv")
    with (folder / "t.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tidy_angles_hold_one_row_a_frame_and_seen_angle(tmp_path, wordings):
    result = make_result()
    tables = {t.name: t for t in take_tables(result, wordings)}
    rows = read_csv(tables["angles_tidy"], tmp_path)
    seen = [n for n, how in result.angle_table.observability.items() if how is not Observability.NONE]
    assert len(rows) == len(seen) * len(result.angle_table.time_s)
    row = next(r for r in rows if r["angle"] == "knee_flexion" and r["side"] == "left" and r["frame"] == "60")
    assert float(row["value"]) == pytest.approx(result.angle_table.column("knee_flexion_left_deg")[60], abs=1e-4)
    assert (row["unit"], row["phase"], row["rep"]) == ("deg", "bottom", "1")


def test_tidy_metrics_leave_what_was_not_assessed_empty(tmp_path, wordings):
    rows = read_csv(take_tables(make_result(), wordings)[0], tmp_path)
    found = {r["metric"]: r for r in rows}
    assert found["hip_hike_deg"]["value"] == "-3.0"
    assert found["arch_deg"]["value"] == ""
    assert found["arch_deg"]["reason"]


def test_no_cell_of_a_csv_begins_like_a_formula(tmp_path, wordings):
    for table in screen_tables(evil_screen(), wordings):
        for row in read_csv(table, tmp_path):
            for column, cell in row.items():
                assert not cell.startswith(("=", "@", "+", "\t")), (table.name, column)
    answers = read_csv(next(t for t in screen_tables(evil_screen(), wordings) if t.name == "intake"), tmp_path)
    assert next(r["answer"] for r in answers if r["question"] == "activity") == f"'{EVIL}"


def test_every_column_of_every_table_is_explained(wordings):
    meanings = load_texts(EXCHANGE).group("column")
    tables = (*take_tables(make_result(), wordings), *screen_tables(make_screen(), wordings))
    assert {c.name for t in tables for c in t.columns} == set(meanings)


@pytest.mark.parametrize("kind", ["take", "screen"])
def test_a_workbook_opens_with_units_codebook_and_no_formula(tmp_path, wordings, kind):
    tables = (
        take_tables(make_result(leads=(Side.LEFT,)), wordings)
        if kind == "take"
        else screen_tables(evil_screen(), wordings)
    )
    meanings = load_texts(EXCHANGE).group("column")
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tables, tmp_path / name, about={"person": EVIL}, meanings=meanings, title="t")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=False)
    assert book.sheetnames == ["about", "codebook", *(t.name for t in tables)]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b", "inlineStr"}
    assert book["about"]["B2"].value == EVIL
    codebook = list(book["codebook"].iter_rows(min_row=2, values_only=True))
    assert len(codebook) == sum(len(t.columns) for t in tables)


def test_a_take_is_a_bundle_of_report_and_observations(tmp_path, wordings):
    result = make_result()
    fhir.write_bundle(fhir.take_bundle(result, wordings), tmp_path / "f.json")
    plain = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    resources = [e["resource"] for e in plain["entry"]]
    assert [r["resourceType"] for r in resources] == ["DiagnosticReport"] + ["Observation"] * 4
    addresses = [e["fullUrl"] for e in plain["entry"][1:]]
    assert [r["reference"] for r in resources[0]["result"]] == addresses
    hike, arch = resources[1], resources[2]
    assert hike["valueQuantity"] == {"value": -3.0, "unit": "deg", "system": "http://unitsofmeasure.org", "code": "deg"}
    assert "valueQuantity" not in arch
    assert arch["dataAbsentReason"]["text"]
    assert "coding" not in hike["code"]


def test_a_screen_is_a_bundle_with_differences_and_a_draft(tmp_path, wordings):
    fhir.write_bundle(fhir.screen_bundle(evil_screen(), wordings), tmp_path / "f.json")
    plain = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    resources = [e["resource"] for e in plain["entry"]]
    assert {r["status"] for r in resources} == {"preliminary"}
    assert resources[0]["subject"]["identifier"]["value"] == EVIL
    values = [r["valueQuantity"]["value"] for r in resources if "valueQuantity" in r]
    assert values[0] == 9.6
    interval = next(c["valueRange"] for c in resources[1]["component"] if "valueRange" in c)
    assert (interval["low"]["value"], interval["high"]["value"]) == (8.1, 11.1)
    assert len([r for r in resources if "valueString" in r]) == 3


@pytest.mark.parametrize(("version", "status"), [(1, "final"), (2, "amended")])
def test_a_signed_bundle_names_who_answers_for_it_and_since_when(tmp_path, wordings, version, status):
    signed = Review(
        signed=True,
        name="Dr. <b>Ünal",
        date="2026-11-21",
        notes="Seen twice.",
        version=version,
        signed_at="2026-11-21T18:04:05+01:00",
    )
    drafts = [fhir.take_bundle(make_result(), wordings), fhir.screen_bundle(make_screen(), wordings)]
    bundles = [fhir.take_bundle(make_result(), wordings, signed), fhir.screen_bundle(make_screen(), wordings, signed)]
    for draft, bundle in zip(drafts, bundles, strict=True):
        fhir.write_bundle(bundle, tmp_path / "f.json")
        plain = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
        report, *observations = (e["resource"] for e in plain["entry"])
        assert {r["status"] for r in (report, *observations)} == {status}
        assert report["performer"] == report["resultsInterpreter"] == [{"display": "Dr. <b>Ünal"}]
        assert report["issued"] == "2026-11-21T18:04:05+01:00"
        said = f"Reviewed and signed by Dr. <b>Ünal on 2026-11-21, version {version} of the review. Notes: Seen twice."
        assert said in report["conclusion"]
        assert "never a diagnosis" in report["conclusion"]
        assert [e["fullUrl"] for e in plain["entry"]] == [e["fullUrl"] for e in draft["entry"]]
        assert "performer" not in draft["entry"][0]["resource"]


def test_an_older_signature_has_a_date_but_no_moment(wordings):
    signed = Review(signed=True, name="Dr. A", date="2026-11-21", version=1)
    report = fhir.take_bundle(make_result(), wordings, signed)["entry"][0]["resource"]
    assert report["status"] == "final"
    assert "issued" not in report
    assert "Dr. A on 2026-11-21" in report["conclusion"]
    assert "Notes" not in report["conclusion"]


def test_a_wrong_bundle_is_not_written(tmp_path, wordings):
    plain = fhir.take_bundle(make_result(), wordings)
    plain["entry"][1]["resource"]["status"] = 7
    with pytest.raises(ValueError, match="status"):
        fhir.write_bundle(plain, tmp_path / "f.json")
    assert not list(tmp_path.iterdir())


def test_a_missing_library_names_its_extra():
    with pytest.raises(ConfigError, match="not installed") as caught:
        need("no_such_library_here.part", what="C3D files")
    assert 'pip install "movement-screen[exchange]"' in caught.value.hint


@pytest.mark.slow
def test_result_json_fits_its_schema(tmp_path):
    result = replace(
        make_result(leads=(Side.LEFT,)),
        checks=(QualityCheck(key="brightness", level=CheckLevel.WARNING, values={"luma": 31.5}),),
    )
    write_result(result, tmp_path / "result.json")
    plain = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema.schema("result"))
    assert not list(validator.iter_errors(plain))
    plain["angle_table"]["time_s"] = "soon"
    plain["extra"] = 1
    assert len(list(validator.iter_errors(plain))) == 2


def test_screen_json_fits_its_schema():
    plain = json.loads(json.dumps(to_plain(evil_screen()), allow_nan=False))
    validator = jsonschema.Draft202012Validator(schema.schema("screen"))
    assert not list(validator.iter_errors(plain))
    del plain["asymmetries"][0]["mdc95"]
    assert len(list(validator.iter_errors(plain))) == 1


@pytest.mark.parametrize("name", schema.NAMES)
def test_the_published_schema_is_the_one_of_the_types(name):
    stored = (schema.FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")
    assert stored == schema.as_text(schema.schema(name)), "run python -m screening.report.exchange.schema"


def test_every_sentence_of_the_files_is_asked_for():
    """Sentences that no code names are dead; names without a sentence fail when they are asked for."""
    code = "".join(p.read_text(encoding="utf-8") for p in Path(screening.__file__).parent.rglob("*.py"))
    families = ("column.", "level.", "confidence.", "basis.", "about.", "screen.count_", "fhir.body_site_", "fhir.left")
    for kind in (EXCHANGE, PDF):
        for key in load_texts(kind).sentences:
            if not key.startswith(families) and key not in ("fhir.right",):
                assert re.search(rf"[\"']{re.escape(key)}[\"']", code), key
