"""Results as FHIR R4: a bundle of one DiagnosticReport and its Observations, checked by fhir.resources.

May import: fhir.resources (an extra), catalog, core and the sibling files of `report`.

The library offers the models of R4B, in which these two resources are the same as in R4. Codes are words: no code of
LOINC or SNOMED CT stands for these measures. Units are codes of UCUM. A person is known by the code of the screen only.
Nothing is final before a clinician has signed; a signed version that follows another one is an amended report.
"""

from __future__ import annotations

import json
import math
import uuid
from pathlib import Path
from typing import Any, Final

from screening.catalog import Wordings
from screening.core.datatypes import Measurement, TakeResult
from screening.core.screen import Asymmetry, Finding, ScreenResult
from screening.core.vocabulary import Verdict
from screening.report.atomic import writing
from screening.report.exchange.optional import need
from screening.report.exchange.tables import finite
from screening.report.screen_model import Review
from screening.report.texts import EXCHANGE, Texts, load_texts

_UCUM: Final = "http://unitsofmeasure.org"
_ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
_UNIT: Final = {"deg": ("deg", "deg"), "s": ("s", "s"), "pct": ("%", "%")}
#: Name space of the identifiers in a bundle: the same result gives the same ones.
_SPACE: Final = uuid.UUID("6f0d5d0e-1a55-5c0b-9d4d-2d4f6a1c7b11")
_DRAFT, _SIGNED, _SIGNED_AGAIN = "preliminary", "final", "amended"
_UNSIGNED: Final = Review()


def take_bundle(result: TakeResult, wordings: Wordings, review: Review = _UNSIGNED) -> dict[str, Any]:
    """One take as a bundle in plain values; `review` is that of the screen it belongs to."""
    texts, seed = load_texts(EXCHANGE, result.language), result.recording.sha256 + result.provenance.settings_sha256
    observations = [_of_metric(m, wordings, texts) for m in result.measurements]
    said = [*_signed(review, texts), texts("fhir.conclusion")]
    return _bundle(seed, texts("fhir.report_take"), observations, subject="", said=said, review=review)


def screen_bundle(result: ScreenResult, wordings: Wordings, review: Review = _UNSIGNED) -> dict[str, Any]:
    """A whole screen as a bundle in plain values: comparisons, then observations along the chain."""
    texts = load_texts(EXCHANGE, result.language)
    seed = "".join(t.video_sha256 for t in result.takes) + result.person.code
    observations = [_of_asymmetry(a, wordings, texts) for a in result.asymmetries]
    observations += [_of_finding(f, texts) for f in result.findings if f.verdict is not Verdict.NOT_ASSESSED]
    said = [*(flag.sentence for flag in result.flags), *_signed(review, texts), texts("fhir.conclusion")]
    subject = result.person.code
    return _bundle(seed, texts("fhir.report_screen"), observations, subject=subject, said=said, review=review)


def write_bundle(plain: dict[str, Any], path: Path) -> None:
    """Check a bundle against the models of the standard and write it as JSON."""
    bundle = need("fhir.resources.R4B.bundle", what="FHIR resources")
    checked = bundle.Bundle.model_validate(plain)
    with writing(path) as file:
        file.write(json.dumps(json.loads(checked.model_dump_json()), ensure_ascii=False, indent=1) + "\n")


def _signed(review: Review, texts: Texts) -> list[str]:
    """Who signed and when, and what was noted."""
    if not review.signed:
        return []
    said = texts("fhir.signed", name=review.name, date=review.date, version=review.version)
    return [said, *([texts("fhir.notes", notes=review.notes)] if review.notes.strip() else [])]


def _signer(review: Review) -> dict[str, Any]:
    """Who answers for a report, and since when."""
    if not review.signed:
        return {}
    who = [{"display": review.name}]
    return {"performer": who, "resultsInterpreter": who, **({"issued": review.signed_at} if review.signed_at else {})}


def _bundle(
    seed: str,
    name: str,
    observations: list[dict[str, Any]],
    *,
    subject: str,
    said: list[str],
    review: Review,
) -> dict[str, Any]:
    addresses = [_address(seed, str(k)) for k in range(len(observations))]
    status = (_SIGNED_AGAIN if review.version > 1 else _SIGNED) if review.signed else _DRAFT
    known: dict[str, Any] = {"status": status}
    if subject.strip():
        known["subject"] = {"identifier": {"value": subject}}
    report: dict[str, Any] = {
        "resourceType": "DiagnosticReport",
        "code": {"text": name},
        **_signer(review),
        "conclusion": " ".join(said),
        "result": [{"reference": address} for address in addresses],
    }
    resources = [(_address(seed, "report"), {**report, **known})]
    resources += [(a, {**o, **known}) for a, o in zip(addresses, observations, strict=True)]
    entries = [{"fullUrl": address, "resource": resource} for address, resource in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _address(seed: str, name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(_SPACE, f'{seed}/{name}')}"


def _observation(label: str, texts: Texts, *, view: str) -> dict[str, Any]:
    method = {"method": {"text": texts("fhir.method", view=view)}} if view else {}
    return {
        "resourceType": "Observation",
        "category": [{"coding": [{"system": _CATEGORY, "code": "exam"}]}],
        "code": {"text": label},
        **method,
    }


def _of_metric(found: Measurement, wordings: Wordings, texts: Texts) -> dict[str, Any]:
    view = wordings.word("view_short", str(found.view))
    label = wordings.metric(found.key).label
    label += f" ({texts('fhir.lead')}: {texts(f'fhir.{found.lead}')})" if found.lead else ""
    out = _observation(label, texts, view=view)
    reason = wordings.reason(found.reason, view=found.view) if found.reason else ""
    if reason:
        out["note"] = [{"text": reason}]
    if found.verdict is Verdict.NOT_ASSESSED or not math.isfinite(found.value):
        return out | {"dataAbsentReason": _absent(reason)}
    parts = ((texts("fhir.sem"), found.sem, found.unit), (texts("fhir.mdc95"), found.mdc95, found.unit))
    components = [_component(*part) for part in parts if math.isfinite(part[1])]
    components.append({"code": {"text": texts("fhir.repetitions")}, "valueInteger": found.n})
    verdict = wordings.verdict(found.verdict)[0]
    return out | {
        "valueQuantity": _quantity(found.value, found.unit),
        "interpretation": [{"text": verdict}],
        "component": components,
    }


def _of_asymmetry(found: Asymmetry, wordings: Wordings, texts: Texts) -> dict[str, Any]:
    label = wordings.metric(found.metric).label if found.metric in wordings.metrics else found.metric
    view = wordings.words["view_short"].get(found.view, found.view) if found.view else ""
    out = _observation(texts("fhir.difference", label=label), texts, view=view)
    if found.reason:
        out["note"] = [{"text": found.reason}]
    if found.verdict is Verdict.NOT_ASSESSED or not math.isfinite(found.difference):
        return out | {"dataAbsentReason": _absent(found.reason)}
    parts = [
        (texts("fhir.left"), found.left),
        (texts("fhir.right"), found.right),
        (texts("fhir.mdc95"), found.mdc95),
    ]
    components = [_component(name, value, found.unit) for name, value in parts if math.isfinite(value)]
    low, high = found.ci95
    if math.isfinite(low) and math.isfinite(high):
        interval = {"low": _quantity(low, found.unit), "high": _quantity(high, found.unit)}
        components.append({"code": {"text": texts("fhir.interval")}, "valueRange": interval})
    return out | {
        "valueQuantity": _quantity(found.difference, found.unit),
        "interpretation": [{"text": wordings.verdict(found.verdict)[0]}],
        "component": components,
    }


def _of_finding(found: Finding, texts: Texts) -> dict[str, Any]:
    site = {"bodySite": {"text": texts(f"fhir.body_site_{found.side}")}} if found.side else {}
    out = _observation(texts("fhir.finding"), texts, view="")
    return out | site | {"valueString": found.sentence or found.rule}


def _component(name: str, value: float, unit: str) -> dict[str, Any]:
    return {"code": {"text": name}, "valueQuantity": _quantity(value, unit)}


def _quantity(value: float, unit: str) -> dict[str, Any]:
    shown, code = _UNIT[unit]
    return {"value": finite(value, 3), "unit": shown, "system": _UCUM, "code": code}


def _absent(reason: str) -> dict[str, Any]:
    return {"coding": [{"system": _ABSENT, "code": "unknown"}], **({"text": reason} if reason else {})}
