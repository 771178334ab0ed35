"""Zips as untrusted bytes: every claim is checked before anything is unpacked, and names never become paths.

A hostile zip lies about sizes, lists a million files, lets its members share the same packed bytes, or asks for a
decompressor that wants gigabytes (what is known as a zip bomb; Fifield 2019, "A better zip bomb", overlaps them).
So there is one door: `Archive`, in memory, members by base name, stored or deflated only.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import PurePosixPath

from storage.errors import ImportRefused
from storage.importers.limits import LIMITS, MIB, Limits
from storage.printable import hidden, shown

_END = b"PK\x05\x06"
_END_BYTES = 22
_LOCATOR = b"PK\x06\x07"  # of the 64-bit directory; Python believes it whatever the 32-bit one says
_LOCATOR_BYTES = 20
_LONGEST_COMMENT = 0xFFFF
_LOCAL_BYTES = 30  # of a member's own header, without name and extra field
_DRIVE = re.compile(r"[A-Za-z]:")
_ENCRYPTED = 0x1
_PACKINGS = {zipfile.ZIP_STORED: "stored", zipfile.ZIP_DEFLATED: "deflated"}
_AGAIN = "Unpack it, look at what is in it, and import the file itself."
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


class Archive:
    """The files of a zip by base name. Raises ImportRefused for whatever an honest program does not write.

    ``folders``: by whole name instead, as in the zips that spreadsheets are.
    """

    def __init__(self, name: str, data: bytes, limits: Limits = LIMITS, *, folders: bool = False) -> None:
        self._name, self._limits, self._folders = name, limits, folders
        self._check_directory(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except _DAMAGED as error:
            raise self._damaged(error) from error
        self._check(infos)
        self._members = self._by_base_name(infos)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._members))

    @property
    def size(self) -> int:
        """Bytes of all files together, unpacked, as the zip claims."""
        return sum(i.file_size for i in self._members.values())

    def read(self, name: str) -> bytes:
        """Unpack one member, never more than it claims nor more than the limit. Raises ImportRefused."""
        try:
            with self._zip.open(self._members[name]) as opened:
                data = opened.read(self._limits.file_bytes + 1)
        except _DAMAGED as error:
            raise self._damaged(error) from error
        if len(data) > self._limits.file_bytes:
            raise self._too_large(name, len(data))
        return data

    def _check_directory(self, data: bytes) -> None:
        """Size and count of the list of files, from the zip's last bytes; zipfile would read it whole."""
        at = data.rfind(_END, max(0, len(data) - _END_BYTES - _LONGEST_COMMENT))
        if at < 0 or len(data) < at + _END_BYTES:
            raise ImportRefused(self._name, "the zip is damaged or cut off", "Pack it again.")
        if data[at - _LOCATOR_BYTES : at].startswith(_LOCATOR):
            raise ImportRefused(self._name, "it is a zip in 64-bit form, which no ledger of this size needs", _AGAIN)
        count, size = (
            int.from_bytes(data[at + 10 : at + 12], "little"),
            int.from_bytes(data[at + 12 : at + 16], "little"),
        )
        if count > self._limits.members or size > self._limits.directory_bytes:
            raise ImportRefused(
                self._name, f"the zip lists {count:,} files and the limit is {self._limits.members:,}", _AGAIN
            )

    def _check(self, infos: list[zipfile.ZipInfo]) -> None:
        if len(infos) > self._limits.members:
            why = f"the zip holds {len(infos):,} files and the limit is {self._limits.members:,}"
            raise ImportRefused(self._name, why, _AGAIN)
        for info in infos:
            self._check_name(info)
            self._check_packing(info)
        total = sum(i.file_size for i in infos)
        if total > self._limits.file_bytes:
            raise self._too_large("all its files together", total)
        ordered = sorted(infos, key=lambda i: i.header_offset)
        for one, following in pairwise(ordered):
            # The local header's extra field comes on top; this is the least that a member takes.
            end = one.header_offset + _LOCAL_BYTES + len(one.orig_filename) + one.compress_size
            if end > following.header_offset:
                why = f"its files {shown(one.filename)!r} and {shown(following.filename)!r} share the same packed bytes"
                raise ImportRefused(self._name, why, _AGAIN)

    def _check_name(self, info: zipfile.ZipInfo) -> None:
        name = info.orig_filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or _DRIVE.match(name) or hidden(name):
            why = f"the name {shown(info.orig_filename)[:80]!r} in it leads out of the zip or hides signs"
            raise ImportRefused(self._name, why, _AGAIN)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise ImportRefused(self._name, f"{info.filename!r} in it is a link, not a file", _AGAIN)

    def _check_packing(self, info: zipfile.ZipInfo) -> None:
        if info.flag_bits & _ENCRYPTED:
            raise ImportRefused(self._name, f"{info.filename!r} in it is locked with a password", _AGAIN)
        if info.compress_type not in _PACKINGS:
            known = " or ".join(_PACKINGS.values())
            why = f"{info.filename!r} in it is packed by method {info.compress_type}, and only {known} is read"
            raise ImportRefused(self._name, why, _AGAIN)
        if info.file_size > self._limits.ratio_from and info.file_size > info.compress_size * self._limits.ratio:
            why = (
                f"{info.filename!r} in it unpacks to {info.file_size / MIB:,.0f} MiB, more than "
                f"{self._limits.ratio} times its packed size"
            )
            raise ImportRefused(self._name, why, _AGAIN)

    def _by_base_name(self, infos: list[zipfile.ZipInfo]) -> Mapping[str, zipfile.ZipInfo]:
        """Files by name; what macOS adds is left out, two of one name are refused."""
        found: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = PurePosixPath(info.filename.replace("\\", "/"))
            if info.is_dir() or name.parts[:1] == ("__MACOSX",):
                continue
            key = str(name) if self._folders else name.name
            if key in found:
                raise ImportRefused(self._name, f"two files in it are called {key!r}", _AGAIN)
            found[key] = info
        return found

    def _too_large(self, what: str, size: int) -> ImportRefused:
        limit = f"the limit is {self._limits.file_bytes / MIB:,.0f}"
        return ImportRefused(
            self._name, f"{shown(what)} would have {size / MIB:,.0f} MiB unpacked and {limit}", "Split it, say by year."
        )

    def _damaged(self, error: Exception) -> ImportRefused:
        return ImportRefused(self._name, f"the zip is damaged or locked ({shown(str(error))})", "Pack it again.")
