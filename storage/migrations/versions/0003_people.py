"""People: users, credentials, roles and sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _people()
    _grants()
    _sign_ins()


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _people() -> None:
    op.create_table(
        "users",
        _text("user_id"),
        _text("login"),
        _text("name"),
        _text("issuer"),
        _time("recorded"),
        _text("recorded_by"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_table(
        "credentials",
        _text("credential_id"),
        _text("user_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("kind"),
        _text("hash"),
        _time("expires", nullable=True),
        _time("recorded"),
        _text("recorded_by"),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_credentials_user_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("user_id", "number", name=op.f("uq_credentials_user_id_number")),
    )


def _grants() -> None:
    op.create_table(
        "role_grants",
        _text("grant_id"),
        _text("book_id"),
        _text("user_id"),
        _text("role"),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=True),
        sa.Column("last_year", sa.Integer(), nullable=True),
        _time("expires", nullable=True),
        _text("reason"),
        _text("salt"),
        _time("recorded"),
        _text("recorded_by"),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["books.book_id"], name=op.f("fk_role_grants_book_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_role_grants_user_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("grant_id", name=op.f("pk_role_grants")),
    )
    op.create_table(
        "installation_grants",
        _text("grant_id"),
        _text("user_id"),
        sa.Column("granted", sa.Boolean(), nullable=False),
        _text("reason"),
        _time("recorded"),
        _text("recorded_by"),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_installation_grants_user_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("grant_id", name=op.f("pk_installation_grants")),
    )


def _sign_ins() -> None:
    op.create_table(
        "sessions",
        _text("token"),
        _text("login"),
        _time("started"),
        _time("seen"),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_sessions")),
    )
    op.create_table(
        "tickets",
        _text("ticket"),
        _text("nonce"),
        _text("login"),
        _time("made"),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_tickets")),
    )
    op.create_table(
        "sign_in_attempts",
        _text("login"),
        sa.Column("failures", sa.Integer(), nullable=False),
        _time("last"),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_sign_in_attempts")),
    )
