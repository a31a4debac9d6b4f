"""The first tables: people, consents, screens, takes, results, reviews, users, jobs, audit.

May import: SQLAlchemy and Alembic. Never changes any more; the next version is another file.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the guards of the audit."""
    _users_and_people()
    _screens_and_takes()
    _results_and_reviews()
    _audit()
    _jobs()
    _only_add_to_audit()


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False, server_default="")


def _number(name: str = "number") -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=True, nullable=False)


def _word(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _real(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=nullable, server_default=default)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _belongs(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}")


def _users_and_people() -> None:
    op.create_table(
        "users",
        _word("id", 32),
        _word("subject", 300),
        _text("name", 200),
        _word("role", 12),
        _real("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("subject", name="uq_users_subject"),
    )
    op.create_table(
        "people",
        _word("id", 32),
        _word("code", 100),
        _real("height_cm", nullable=True),
        sa.Column("birth_year", sa.Integer()),
        _word("sex", 40, nullable=True),
        _word("user", 32, nullable=True),
        _real("created_at"),
        _belongs("people", "user", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("code", name="uq_people_code"),
        sa.UniqueConstraint("user", name="uq_people_user"),
    )
    op.create_table(
        "consents",
        _number(),
        _word("person", 32),
        _word("kind", 12),
        _text("wording", 100),
        _real("given_at"),
        _real("withdrawn_at", nullable=True),
        _belongs("consents", "person", "people"),
        sa.PrimaryKeyConstraint("number", name="pk_consents"),
    )
    op.create_index("ix_consents_person", "consents", ["person"])


def _screens_and_takes() -> None:
    op.create_table(
        "screens",
        _word("id", 32),
        _word("person", 32),
        _word("state", 12),
        _text("needs_attention", 100),
        _json("intake"),
        _text("job", 32),
        _text("key_sha256", 64),
        _real("created_at"),
        _real("changed_at"),
        _belongs("screens", "person", "people"),
        sa.PrimaryKeyConstraint("id", name="pk_screens"),
    )
    op.create_index("ix_screens_person", "screens", ["person"])
    told = [_word("lead", 8, nullable=True), _word("view", 8, nullable=True), sa.Column("mirrored", sa.Boolean())]
    texts = [_text("video", 300), _text("file_name", 300), _text("source"), _text("sha256", 64)]
    op.create_table(
        "takes",
        _word("id", 32),
        _word("screen", 32),
        _word("name", 100),
        _word("movement", 60),
        *told,
        _real("capture_fps", nullable=True),
        _real("pain", nullable=True),
        _word("state", 12),
        *texts,
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, server_default="0"),
        _text("what"),
        _text("hint"),
        _no("keep_video"),
        _real("created_at"),
        _real("video_deleted_at", nullable=True),
        _belongs("takes", "screen", "screens"),
        sa.PrimaryKeyConstraint("id", name="pk_takes"),
        sa.UniqueConstraint("screen", "name", name="uq_takes_screen"),
    )
    op.create_index("ix_takes_screen", "takes", ["screen"])


def _results_and_reviews() -> None:
    op.create_table(
        "results",
        _word("id", 32),
        _word("screen", 32),
        _word("folder", 300),
        _json("files"),
        _real("created_at"),
        _belongs("results", "screen", "screens"),
        sa.PrimaryKeyConstraint("id", name="pk_results"),
    )
    op.create_index("ix_results_screen", "results", ["screen"])
    op.create_table(
        "reviews",
        _word("id", 32),
        _word("screen", 32),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *(_json(name) for name in ("corrections", "decisions", "ratings")),
        _text("notes"),
        _real("rated_at", nullable=True),
        _text("signed_by", 200),
        _text("signed_user", 40),
        _real("signed_at", nullable=True),
        _text("report", 32),
        _text("report_sha256", 64),
        _text("content_sha256", 64),
        _real("created_at"),
        _real("changed_at"),
        _belongs("reviews", "screen", "screens"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.UniqueConstraint("screen", "version", name="uq_reviews_screen"),
    )
    op.create_index("ix_reviews_screen", "reviews", ["screen"])


def _audit() -> None:
    op.create_table(
        "audit",
        _number(),
        _real("at"),
        _word("who", 40),
        _word("action", 12),
        _word("kind", 20),
        _word("object", 40),
        _json("detail"),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_object", "audit", ["object"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        _number(),
        _word("id", 32),
        _word("key_sha256", 64),
        _text("screen", 32),
        _word("video", 300),
        sa.Column("options", sa.Text(), nullable=False),
        _word("state", 12),
        _text("stage", 40),
        *(_real(name, default="0") for name in ("done", "total", "fraction")),
        _real("seconds_left", nullable=True),
        _text("what"),
        _text("hint"),
        _no("cancel"),
        _text("worker", 32),
        sa.Column("pid", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        _real("created_at"),
        _real("heartbeat_at", default="0"),
        _real("finished_at", nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_jobs"),
        sa.UniqueConstraint("id", name="uq_jobs_id"),
    )
    op.create_index("ix_jobs_state", "jobs", ["state"])


def _only_add_to_audit() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'lines of the audit are only ever added'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_only_add() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'lines of the audit are only ever added'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_only_add BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_add()"
    )
