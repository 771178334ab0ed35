"""Importers: files in, staged entries and row errors out. They know no database."""
