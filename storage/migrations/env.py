"""Alembic's entry point. The program hands its own connection in; on the command line give ``-x url=...``."""

from __future__ import annotations

import duckdb_sqlalchemy.alembic_impl  # noqa: F401  teaches Alembic the dialect, whichever was imported first
import sqlalchemy as sa
from alembic import context

from storage.tables import metadata


def run(connection: sa.Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with sa.create_engine(context.get_x_argument(as_dictionary=True)["url"]).connect() as opened:
        run(opened)
        opened.commit()
