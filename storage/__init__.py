"""The append-only store: books, catalogs, entries, decisions and models, on DuckDB or PostgreSQL."""
