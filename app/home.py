"""Where everything of one installation lies: `COUNTERPOINT_HOME`, `~/.counterpoint` when unset."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class HomeUnusable(Exception):
    """The home folder cannot be created or written."""

    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(
            f"The folder {path} cannot be used: {why}. "
            "Point COUNTERPOINT_HOME at a folder that you may write, or change its owner."
        )


@dataclass(frozen=True, slots=True)
class Home:
    """Where the database, bundles, runs, documents, anchors, logs and the socket lie.

    Folders that are made here may be entered by this user only; one that was there keeps its permissions.
    """

    path: Path
    database_override: str = field(default="", repr=False)  # may hold a password

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Home:
        """Read the two variables and create what is missing; raises HomeUnusable."""
        given = environ.get("COUNTERPOINT_HOME", "").strip()
        path = Path(given).expanduser() if given else Path.home() / ".counterpoint"
        return cls(path.absolute(), environ.get("COUNTERPOINT_DATABASE_URL", "").strip()).prepared()

    @property
    def database_url(self) -> str:
        return self.database_override or f"duckdb:///{self.database_file}"

    @property
    def database_file(self) -> Path:
        return self.path / "counterpoint.duckdb"

    @property
    def owned_file(self) -> bool:
        """True where one process owns the database file, as DuckDB requires."""
        return self.database_url.startswith("duckdb:")

    @property
    def secrets(self) -> Path:
        """Streamlit's secrets of this installation: the identity provider, if there is one."""
        return self.path / "secrets.toml"

    @property
    def bundles(self) -> Path:
        return self.path / "bundles"

    @property
    def runs(self) -> Path:
        return self.path / "runs"

    @property
    def documents(self) -> Path:
        return self.path / "documents"

    @property
    def anchors(self) -> Path:
        """Where the chains of books stood, a folder a book; made when the first is written."""
        return self.path / "anchors"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def socket_path(self) -> Path:
        return self.path / "socket"

    def prepared(self) -> Home:
        """Create the missing folders with permission 0700; raises HomeUnusable."""
        try:
            for folder in (self.path, self.bundles, self.runs, self.documents, self.logs):
                if not folder.is_dir():
                    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise HomeUnusable(self.path, error.strerror or str(error)) from error
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise HomeUnusable(self.path, "it is not writable")
        return self
