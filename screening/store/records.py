"""What the store keeps, as frozen dataclasses: people, consents, screens, takes, results, reviews, users, audit.

May import: the standard library and `core`.

Times (`..._at`) are seconds since 1970 UTC; None means that it has not happened. Every `id` is a word nobody can guess
and says nothing about a person, which is why only ids appear in the audit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from screening.core.screen import Answer, Person, TakeEntry
from screening.core.vocabulary import Side, View, Word


class ConsentKind(Word):
    """What a person may agree to, each on its own; `BLURRED`: their head is blurred in everything that is shown."""

    ANALYSIS = "analysis"
    STORAGE = "storage"
    SHARING = "sharing"
    BLURRED = "blurred"


class ScreenState(Word):
    """How far a screen is."""

    RECORDED = "recorded"
    ANALYSED = "analysed"
    IN_REVIEW = "in_review"
    SIGNED = "signed"


class TakeState(Word):
    """How far a take is; `ARRIVING` only while its file is being moved into its place."""

    ARRIVING = "arriving"
    RECORDED = "recorded"
    MEASURED = "measured"
    REFUSED = "refused"


class Role(Word):
    """What a user may do; nothing at all before an admin has said so."""

    NONE = "none"
    PERSON = "person"
    CLINICIAN = "clinician"
    ADMIN = "admin"


class Action(Word):
    """What the audit knows."""

    CREATED = "created"
    CHANGED = "changed"
    SAW = "saw"
    EXPORTED = "exported"
    DELETED = "deleted"
    EXPIRED = "expired"
    ERASED = "erased"
    CONSENTED = "consented"
    WITHDREW = "withdrew"
    SIGNED = "signed"
    REOPENED = "reopened"
    BACKED_UP = "backed_up"
    RESTORED = "restored"


@dataclass(frozen=True, kw_only=True)
class PersonRecord:
    """One person; only `code` is needed. `user` is the id of the user who is this person, None without log-in."""

    id: str
    code: str
    height_cm: float | None = None
    birth_year: int | None = None
    sex: str | None = None
    user: str | None = None
    created_at: float = 0.0

    @property
    def person(self) -> Person:
        """The same as `core.screen.Person`."""
        return Person(code=self.code, height_cm=self.height_cm, birth_year=self.birth_year, sex=self.sex)


@dataclass(frozen=True, kw_only=True)
class Consent:
    """One consent as it was given; `wording` names the text that was shown. `is_given` until it is withdrawn."""

    kind: ConsentKind
    wording: str
    given_at: float
    withdrawn_at: float | None = None

    @property
    def is_given(self) -> bool:
        """Whether it still holds."""
        return self.withdrawn_at is None


@dataclass(frozen=True, kw_only=True)
class ScreenRecord:
    """One screen of one person (id and code); `needs_attention` is empty or the key of the sentence that says why.

    `job` is the id of the job that measures it, empty if there was none yet.
    """

    id: str
    person: str
    code: str
    state: ScreenState
    needs_attention: str = ""
    intake: Mapping[str, Answer] = field(default_factory=dict)
    job: str = ""
    created_at: float = 0.0
    changed_at: float = 0.0


@dataclass(frozen=True, kw_only=True)
class TakeRecord:
    """One take. `video` is the file's path below the files folder; empty once the video was deleted.

    `name` is its folder under `takes/` in the results, unique in its screen; `file_name` what the file was called;
    `what`, `hint` the two lines of a refusal; `keep_video` excepts the video from retention.
    """

    id: str
    screen: str
    name: str
    movement: str
    lead: Side | None
    view: View | None
    mirrored: bool | None
    capture_fps: float | None
    pain: float | None
    state: TakeState
    video: str
    file_name: str
    sha256: str
    size_bytes: int
    what: str = ""
    hint: str = ""
    keep_video: bool = False
    created_at: float = 0.0
    video_deleted_at: float | None = None

    def entry(self, video: str | None = None) -> TakeEntry:
        """The same as `core.screen.TakeEntry`, with another path of the video if one is given."""
        return TakeEntry(
            video=self.video if video is None else video,
            movement=self.movement,
            lead=self.lead,
            view=self.view,
            mirrored=self.mirrored,
            capture_fps=self.capture_fps,
            pain=self.pain,
        )


@dataclass(frozen=True, kw_only=True)
class ResultRecord:
    """A folder of results below the files folder and the SHA-256 of each file in it, by path inside the folder."""

    id: str
    screen: str
    folder: str
    files: Mapping[str, str]
    created_at: float


@dataclass(frozen=True, kw_only=True)
class ReviewContent:
    """What a clinician wrote. Everything but `notes` is plain JSON whose keys belong to the review page.

    corrections: by take name; decisions: by id of the finding or exercise; ratings: the blind first look.
    """

    corrections: Mapping[str, Any] = field(default_factory=dict)
    decisions: Mapping[str, Any] = field(default_factory=dict)
    ratings: Mapping[str, Any] = field(default_factory=dict)
    notes: str = ""


@dataclass(frozen=True, kw_only=True)
class ReviewRecord:
    """One version of the review of a screen.

    `revision` counts saves, so that nobody overwrites what another has saved meanwhile. A signed version never
    changes: `report` is the result whose files were frozen, `report_sha256` the checksum of all of them, and
    `content_sha256` that of the content.
    """

    id: str
    screen: str
    version: int
    revision: int
    content: ReviewContent
    rated_at: float | None = None
    signed_by: str = ""
    signed_user: str = ""
    signed_at: float | None = None
    report: str = ""
    report_sha256: str = ""
    content_sha256: str = ""
    created_at: float = 0.0
    changed_at: float = 0.0

    @property
    def is_signed(self) -> bool:
        """Whether it is frozen."""
        return self.signed_at is not None


@dataclass(frozen=True, kw_only=True)
class UserRecord:
    """Somebody who logs in: `subject` is the log-in service's name for them."""

    id: str
    subject: str
    name: str
    role: Role
    created_at: float = 0.0


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """Who did what to which object; `who` and `object` are ids, `detail` holds no personal data."""

    number: int
    at: float
    who: str
    action: Action
    kind: str
    object: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ScreenRow:
    """One line of the list of screens: the screen and how many takes it has."""

    screen: ScreenRecord
    takes: int
    signed_by: str = ""


def plain(record: Any) -> dict[str, Any]:
    """Turn a record into what JSON knows; NaN becomes None."""
    return {f.name: _plain(getattr(record, f.name)) for f in fields(record)}


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return plain(value)
    if isinstance(value, Word):
        return value.value
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
