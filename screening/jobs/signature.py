"""What stands under a signed report, and whether a folder of results was signed.

May import: `report`, `core` and the sibling file `screen_folder`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from screening.core.errors import ConfigError
from screening.core.serial import to_plain
from screening.jobs.screen_folder import TAKES

if TYPE_CHECKING:
    from screening.report.screen_model import Review

#: What was corrected, decided and noted, beside a signed report.
REVIEW_FILE: Final = "review.json"


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What stands under a report: name, date as it is read, notes, version of the review, and the blind first look.

    `signed_at`: the moment in ISO 8601 with its zone; empty in reports that were signed before it was written down.
    """

    name: str
    date: str
    notes: str
    version: int
    ratings: Mapping[str, Any]
    signed_at: str = ""

    def review(self) -> Review:
        """Give the same for reports and exports."""
        from screening.report.screen_model import Review  # noqa: PLC0415  (heavy)

        return Review(
            signed=True,
            name=self.name,
            date=self.date,
            notes=self.notes,
            version=self.version,
            signed_at=self.signed_at,
        )


def write_signature(signature: Signature, more: Mapping[str, Any], folder: Path) -> None:
    """Write `review.json`: the signature, and what was corrected and decided."""
    from screening.report.atomic import writing  # noqa: PLC0415

    with writing(folder / REVIEW_FILE) as file:
        json.dump({**to_plain(signature), **more}, file, ensure_ascii=False, indent=1)


def signature_of(folder: Path) -> Signature | None:
    """Signature of the folder of a screen, or of one of its takes; None for a draft.

    Raises
    ------
    ConfigError
        If there is one that cannot be read.
    """
    whole = folder.parent.parent if folder.parent.name == TAKES else folder
    path = whole / REVIEW_FILE
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return Signature(
            name=str(plain["name"]),
            date=str(plain["date"]),
            notes=str(plain["notes"]),
            version=int(plain["version"]),
            ratings=dict(plain["ratings"]),
            signed_at=str(plain.get("signed_at", "")),
        )
    except FileNotFoundError:
        return None
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as err:
        raise ConfigError(
            f"{path} does not hold a whole signature: {err}.", hint="Take the signed folder from its backup."
        ) from err
