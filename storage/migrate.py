"""Brings a database to the schema of this release, with Alembic, from within the program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import postgresql
from storage.errors import StoreNewer
from storage.guards import guard

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0011"  # the newest revision under migrations/versions; a test compares the two


def upgrade(engine: sa.Engine, where: str, revision: str = HEAD) -> None:
    """Run the revisions that ``engine`` lacks, all or none of them. Raises StoreNewer.

    Alembic is imported only when there is something to do: most starts find the schema as it should be.
    Processes that start together on PostgreSQL wait for the first, which leaves nothing to do for the others.
    """
    with engine.connect() as connection:
        found = _current(connection)
    if found == revision:
        return
    from alembic import command

    if found is not None and found not in known():
        raise StoreNewer(where, found, HEAD)
    config = _config()
    with engine.connect() as connection:
        postgresql.wait_to_migrate(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        guard(connection)
        connection.commit()


def known() -> set[str]:
    """The revisions that this release can bring up to date."""
    from alembic.script import ScriptDirectory

    return {s.revision for s in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _current(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
