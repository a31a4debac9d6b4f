"""The tables, the same in SQLite and PostgreSQL.

May import: SQLAlchemy.

A change here needs a new file in `migrations/versions/` and a new `HEAD`.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

#: The version of the tables that this program knows.
HEAD: Final = "0001"

META: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(32), primary_key=True)


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False, server_default="")


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON, nullable=False)


def _at(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double, nullable=nullable)


def _of(name: str, target: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), sa.ForeignKey(f"{target}.id"), nullable=False, index=True)


USERS: Final = sa.Table(
    "users",
    META,
    _id(),
    sa.Column("subject", sa.String(300), nullable=False, unique=True),
    _text("name", 200),
    sa.Column("role", sa.String(12), nullable=False),
    _at("created_at"),
)

PEOPLE: Final = sa.Table(
    "people",
    META,
    _id(),
    sa.Column("code", sa.String(100), nullable=False, unique=True),
    sa.Column("height_cm", sa.Double),
    sa.Column("birth_year", sa.Integer),
    sa.Column("sex", sa.String(40)),
    sa.Column("user", sa.String(32), sa.ForeignKey("users.id"), unique=True),
    _at("created_at"),
)

CONSENTS: Final = sa.Table(
    "consents",
    META,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    _of("person", "people"),
    sa.Column("kind", sa.String(12), nullable=False),
    _text("wording", 100),
    _at("given_at"),
    _at("withdrawn_at", nullable=True),
)

SCREENS: Final = sa.Table(
    "screens",
    META,
    _id(),
    _of("person", "people"),
    sa.Column("state", sa.String(12), nullable=False),
    _text("needs_attention", 100),
    _json("intake"),
    _text("job", 32),
    sa.Column("key_sha256", sa.String(64), nullable=False, server_default=""),
    _at("created_at"),
    _at("changed_at"),
)

TAKES: Final = sa.Table(
    "takes",
    META,
    _id(),
    _of("screen", "screens"),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("movement", sa.String(60), nullable=False),
    sa.Column("lead", sa.String(8)),
    sa.Column("view", sa.String(8)),
    sa.Column("mirrored", sa.Boolean),
    sa.Column("capture_fps", sa.Double),
    sa.Column("pain", sa.Double),
    sa.Column("state", sa.String(12), nullable=False),
    _text("video", 300),
    _text("file_name", 300),
    _text("source"),
    _text("sha256", 64),
    sa.Column("size_bytes", sa.BigInteger, nullable=False, server_default="0"),
    _text("what"),
    _text("hint"),
    sa.Column("keep_video", sa.Boolean, nullable=False, server_default=sa.false()),
    _at("created_at"),
    _at("video_deleted_at", nullable=True),
    sa.UniqueConstraint("screen", "name"),
)

RESULTS: Final = sa.Table(
    "results",
    META,
    _id(),
    _of("screen", "screens"),
    sa.Column("folder", sa.String(300), nullable=False),
    _json("files"),
    _at("created_at"),
)

REVIEWS: Final = sa.Table(
    "reviews",
    META,
    _id(),
    _of("screen", "screens"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    _json("corrections"),
    _json("decisions"),
    _json("ratings"),
    _text("notes"),
    _at("rated_at", nullable=True),
    _text("signed_by", 200),
    _text("signed_user", 40),
    _at("signed_at", nullable=True),
    _text("report", 32),
    _text("report_sha256", 64),
    _text("content_sha256", 64),
    _at("created_at"),
    _at("changed_at"),
    sa.UniqueConstraint("screen", "version"),
)

AUDIT: Final = sa.Table(
    "audit",
    META,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    _at("at"),
    sa.Column("who", sa.String(40), nullable=False),
    sa.Column("action", sa.String(12), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("object", sa.String(40), nullable=False, index=True),
    _json("detail"),
    sqlite_autoincrement=True,
)

JOBS: Final = sa.Table(
    "jobs",
    META,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), unique=True, nullable=False),
    sa.Column("key_sha256", sa.String(64), nullable=False),
    _text("screen", 32),
    sa.Column("video", sa.String(300), nullable=False),
    sa.Column("options", sa.Text, nullable=False),
    sa.Column("state", sa.String(12), nullable=False, index=True),
    _text("stage", 40),
    sa.Column("done", sa.Double, nullable=False, server_default="0"),
    sa.Column("total", sa.Double, nullable=False, server_default="0"),
    sa.Column("fraction", sa.Double, nullable=False, server_default="0"),
    sa.Column("seconds_left", sa.Double),
    _text("what"),
    _text("hint"),
    sa.Column("cancel", sa.Boolean, nullable=False, server_default=sa.false()),
    _text("worker", 32),
    sa.Column("pid", sa.Integer, nullable=False, server_default="0"),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    _at("created_at"),
    sa.Column("heartbeat_at", sa.Double, nullable=False, server_default="0"),
    _at("finished_at", nullable=True),
)
