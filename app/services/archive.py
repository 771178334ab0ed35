"""The file format of a backup: a zip of stored members and a manifest with the SHA-256 of each.

Members are not compressed (tables and weights are already), so that no archive can be larger unpacked than it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from app.services.errors import ServiceError
from storage.disk import sync

FORMAT = 1
MANIFEST = "manifest.json"
FOLDERS = ("tables", "bundles", "documents", "anchors", "runs")
_BLOCK = 1 << 20
_LONGEST_MANIFEST = 64 << 20
_PART = re.compile(r"[^/\\\0]+")


class BackupFailed(ServiceError):
    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(
            f"The backup {path} was not written: {why}. The books and any older backup of that name are as they were. "
            "Make room there, or give a file in another folder."
        )


class BackupUnusable(ServiceError):
    """An archive that cannot be restored; nothing of it was."""

    def __init__(self, path: Path, why: str, remedy: str = "Nothing was restored. Use another backup.") -> None:
        self.path, self.why, self.remedy = path, why, remedy
        super().__init__(f"{path} cannot be restored: {why}. {remedy}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive says of itself; ``members`` maps a name to SHA-256 and number of bytes."""

    release: str
    schema: str
    made: str
    books: tuple[str, ...]
    members: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "release": self.release,
            "schema": self.schema,
            "made": self.made,
            "books": list(self.books),
            "members": {name: {"sha256": sha, "bytes": size} for name, (sha, size) in sorted(self.members.items())},
        }


class Writer:
    """Members as they come; what was written is known at the end."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: dict[str, tuple[str, int]] = {}

    def add(self, name: str, path: Path) -> None:
        """Copy a file into the archive; raises OSError."""
        with path.open("rb") as source, self._archive.open(name, "w", force_zip64=True) as target:
            self.members[name] = _copied(source, target)

    def add_folder(self, name: str, folder: Path) -> None:
        """Copy the plain files below a folder; links are not followed."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                self.add(f"{name}/{path.relative_to(folder).as_posix()}", path)

    def finish(self, manifest: Manifest) -> None:
        text = json.dumps(manifest.to_json(), ensure_ascii=False, indent=1)
        self._archive.writestr(MANIFEST, text.encode())


@contextlib.contextmanager
def writing(path: Path) -> Iterator[tuple[Writer, Path]]:
    """A writer and a folder for what has to be put together first; the archive appears at ``path`` whole or not at all.

    Everything lies beside ``path`` until then, so that one disk needs the room. Raises BackupFailed.
    """
    part = path.with_name(f".{path.name}.part-{os.getpid()}")
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".counterpoint-backup-", dir=path.parent) as room,
            os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file,
        ):
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
                yield Writer(archive), Path(room)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync(path.parent)
    except OSError as error:
        raise BackupFailed(path, error.strerror or str(error)) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def unpack(path: Path, folder: Path) -> Manifest:
    """Write every member below ``folder`` and compare it with the manifest; raises BackupUnusable, OSError.

    The names are checked before anything is written, and a member that the manifest does not list is refused.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(path, archive)
            for info in archive.infolist():
                if info.filename != MANIFEST:
                    _unpack_member(path, archive, info, manifest.members[info.filename], folder)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise BackupUnusable(path, f"it is damaged or no backup ({error})") from error
    except FileNotFoundError as error:
        raise BackupUnusable(path, "there is no such file", "Check the path.") from error
    return manifest


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    names = [info.filename for info in archive.infolist()]
    if MANIFEST not in names or archive.getinfo(MANIFEST).file_size > _LONGEST_MANIFEST:
        raise BackupUnusable(path, "it has no manifest, so it is no backup of Counterpoint")
    try:
        content = json.loads(archive.read(MANIFEST))
        if content["format"] != FORMAT:
            raise BackupUnusable(path, f"it has format {content['format']}", "Use the release that wrote it, or later.")
        members = {str(n): (str(m["sha256"]), int(m["bytes"])) for n, m in content["members"].items()}
        found = Manifest(
            release=str(content["release"]),
            schema=str(content["schema"]),
            made=str(content["made"]),
            books=tuple(map(str, content["books"])),
            members=members,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupUnusable(path, "its manifest cannot be read") from error
    for name in members:
        _check_name(path, name)
    if sorted(names) != sorted([*members, MANIFEST]):
        odd = sorted(set(names) ^ {*members, MANIFEST})
        raise BackupUnusable(path, f"its members are not those of its manifest ({', '.join(odd[:3]) or 'one twice'})")
    return found


def _check_name(path: Path, name: str) -> None:
    """Only plain relative names below the folders that there are; nothing may be written anywhere else."""
    parts = name.split("/")
    if len(parts) < 2 or parts[0] not in FOLDERS or any(p in (".", "..") or not _PART.fullmatch(p) for p in parts):
        raise BackupUnusable(path, f"it has a member {name!r}, which no backup has")


def _unpack_member(
    path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, expected: tuple[str, int], folder: Path
) -> None:
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != expected[1]:
        raise BackupUnusable(path, f"its member {info.filename} is not as it was written")
    target = folder / info.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(info) as source, target.open("xb") as out:
        found = _copied(source, out)
        out.flush()
        os.fsync(out.fileno())
    if found != expected:
        raise BackupUnusable(path, f"its member {info.filename} does not have the digest of the manifest")


def _copied(source: IO[bytes], target: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK):
        digest.update(block)
        target.write(block)
        size += len(block)
    return digest.hexdigest(), size
