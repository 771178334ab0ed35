"""Every table there is: each module of tables registers on one metadata, and importing this completes it."""

from __future__ import annotations

from storage import (
    schema_batches,
    schema_control,
    schema_exports,
    schema_people,
    schema_profiles,
    schema_statements,
    schema_tax,
)
from storage.schema import metadata

__all__ = [
    "metadata",
    "schema_batches",
    "schema_control",
    "schema_exports",
    "schema_people",
    "schema_profiles",
    "schema_statements",
    "schema_tax",
]
