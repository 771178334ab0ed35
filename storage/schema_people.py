"""The tables of people: users, credentials and role grants are only appended; sign-ins come and go.

`MUTABLE` names the tables whose rows are changed and deleted. They hold nothing that bookkeeping rests on: who
signed in when is written in the log, and what a person did is written with the act itself.
"""

from __future__ import annotations

import sqlalchemy as sa

from storage.schema import TIME, metadata, ref, sequence, text, written

users = sa.Table(
    "users",
    metadata,
    text("user_id", key=True),
    text("login"),
    text("name"),
    text("issuer"),  # whose word is taken for who this is; empty for a password kept here
    *written(),
    sa.UniqueConstraint("login"),
)

identities = sa.Table(
    "identities",
    metadata,
    text("identity_id", key=True),
    text("user_id"),
    text("issuer"),  # as the provider calls itself
    text("subject"),  # the provider's name of the person, which never passes to another one
    *written(),
    sa.UniqueConstraint("issuer", "subject"),
    ref("user_id", to="users"),
)

credentials = sa.Table(
    "credentials",
    metadata,
    text("credential_id", key=True),
    text("user_id"),
    sa.Column("number", sa.Integer, nullable=False),
    text("kind"),  # password, or a code that is replaced by one at its first use
    text("hash"),  # argon2id with its parameters and salt
    sa.Column("expires", TIME),
    *written(),
    sa.UniqueConstraint("user_id", "number"),
    ref("user_id", to="users"),
)

role_grants = sa.Table(
    "role_grants",
    metadata,
    text("grant_id", key=True),
    text("book_id"),
    text("user_id"),
    text("role"),
    sa.Column("granted", sa.Boolean, nullable=False),  # false takes the role back
    sa.Column("first_year", sa.Integer),  # calendar years that an auditor may read, both included
    sa.Column("last_year", sa.Integer),
    sa.Column("expires", TIME),
    text("reason"),
    text("salt"),
    *written(),
    sequence(),
    ref("book_id", to="books"),
    ref("user_id", to="users"),
)

installation_grants = sa.Table(
    "installation_grants",
    metadata,
    text("grant_id", key=True),
    text("user_id"),
    sa.Column("granted", sa.Boolean, nullable=False),
    text("reason"),
    *written(),
    ref("user_id", to="users"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    text("token", key=True),  # SHA-256 of what the browser holds
    text("login"),  # a user's, or a persona of the demo book
    sa.Column("started", TIME, nullable=False),
    sa.Column("seen", TIME, nullable=False),
)

tickets = sa.Table(
    "tickets",
    metadata,
    text("ticket", key=True),  # SHA-256 of what the page hands to the browser
    text("nonce"),  # SHA-256 of the cookie of the browser that may use it
    text("login"),
    sa.Column("made", TIME, nullable=False),
)

sign_in_attempts = sa.Table(
    "sign_in_attempts",
    metadata,
    text("login", key=True),  # as typed, folded, whether there is such a user or not
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last", TIME, nullable=False),
)

MUTABLE = (sessions.name, tickets.name, sign_in_attempts.name)
