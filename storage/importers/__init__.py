"""Importers: files in, staged entries and row errors out. They know no database."""

from __future__ import annotations

from storage.importers.detect import FORMATS, read

__all__ = ["FORMATS", "read"]
