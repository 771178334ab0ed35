"""Exporters: records in, files for people and other programs out."""
