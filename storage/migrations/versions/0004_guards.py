"""On PostgreSQL, what was written stays written: triggers, and a role without the rights.

`storage.migrate` guards again after the last revision, so that a table of a later one is never left open.
"""

from __future__ import annotations

from alembic import op

from storage.guards import guard

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard(op.get_bind())
