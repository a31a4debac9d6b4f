"""People, consents, screens, takes, results, reviews and the audit: a database with files beside it.

May import: SQLAlchemy and Alembic, `core`.

`open_store(folder)` gives a `Store`: `.people`, `.screens`, `.takes`, `.results`, `.reviews`, `.users`, `.audit`
and `.files`. What goes in and comes out are the frozen dataclasses of `records`; every change takes `who`, the
id of the user (or "local" without log-in), and writes its line of the audit in the same transaction.
`retention.expire`, `erasure.erase`, `person_export.write`, `backup.backup`, `restore.restore` are functions of a store.
"""

from screening.store.records import (
    Action,
    AuditLine,
    Consent,
    ConsentKind,
    PersonRecord,
    ResultRecord,
    ReviewContent,
    ReviewRecord,
    Role,
    ScreenRecord,
    ScreenRow,
    ScreenState,
    TakeRecord,
    TakeState,
    UserRecord,
)
from screening.store.store import Store, open_store

__all__ = [
    "Action",
    "AuditLine",
    "Consent",
    "ConsentKind",
    "PersonRecord",
    "ResultRecord",
    "ReviewContent",
    "ReviewRecord",
    "Role",
    "ScreenRecord",
    "ScreenRow",
    "ScreenState",
    "Store",
    "TakeRecord",
    "TakeState",
    "UserRecord",
    "open_store",
]
