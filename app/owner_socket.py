"""How a second process reaches the one that owns the database file: a Unix socket in the home folder.

A conversation is one request and its answer, each a line of JSON. Before the answer the owner may send
lines ``{"progress": "..."}``. Only the same user may speak: the folder is 0700, the socket 0600, and both
ends ask the kernel who is on the other side.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import socket
import stat
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

PROTOCOL = 1
LONGEST_REQUEST = 1 << 20  # bytes; a request names files, it does not carry them
LONGEST_ANSWER = 64 << 20
REQUEST_SECONDS = 10.0  # for a connected client to send its whole line, however it trickles
SEND_SECONDS = 60.0  # for a client to take what it asked for; one that stopped reading holds no place for ever
MOST_AT_ONCE = 16
_LONGEST_ADDRESS = 100  # bytes that fit into sun_path on every system

_log = logging.getLogger(__name__)

Progress = Callable[[str], None]
Handler = Callable[[str, Mapping[str, Any], Progress], Mapping[str, Any]]


class NobodyListens(Exception):
    """No process answers on the socket of this home."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"No running workbench answers on {path}.")


class OwnerRefused(Exception):
    """A process listens, but does not take this request."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"The running workbench did not take the request: {why}.")


class OwnerGone(Exception):
    """The owner took the request and closed the connection without an answer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            "The running workbench stopped before it had answered. What it had finished is kept; "
            f"look into {path.parent / 'logs'}, start it again and repeat the command."
        )


class OtherDatabase(Exception):
    """The process that listens works on another database than the one asked for."""

    def __init__(self) -> None:
        super().__init__("The running workbench of this home works on another database.")


class SocketTaken(Exception):
    """Another living process listens on the socket of this home."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"Another process of this home listens on {path}, on another database. This one works without a socket."
        )


@dataclass(frozen=True, slots=True)
class Request:
    """One use case by name with plain arguments."""

    use: str
    arguments: Mapping[str, Any]
    database: str = field(repr=False)  # may hold a password; only its digest is sent

    def encoded(self) -> bytes:
        body = {
            "protocol": PROTOCOL,
            "use": self.use,
            "arguments": self.arguments,
            "database": fingerprint(self.database),
        }
        return json.dumps(body, ensure_ascii=True).encode() + b"\n"


def fingerprint(database_url: str) -> str:
    """Tells two databases apart without sending a password."""
    return hashlib.sha256(database_url.encode(errors="surrogateescape")).hexdigest()


class OwnerServer:
    """Listens in threads of its own until `close`, which lets requests in progress finish."""

    def __init__(self, path: Path, database_url: str, handler: Handler) -> None:
        self._path, self._database, self._handler = path, fingerprint(database_url), handler
        self._slots = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._busy: set[threading.Thread] = set()
        self._closing = threading.Event()
        self._listener = _listening(path)
        self._inode = path.stat().st_ino
        self._thread = threading.Thread(target=self._listen, name="owner-socket", daemon=True)
        self._thread.start()

    def close(self, patience: float = 30.0) -> None:
        """Stop listening, wait for requests in progress, remove the socket if it is still ours."""
        if self._closing.is_set():
            return
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=5)
        for thread in list(self._busy):
            thread.join(timeout=patience)
        with contextlib.suppress(FileNotFoundError):
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._slots.acquire()
            thread = threading.Thread(target=self._serve, args=(connection,), name="owner-request", daemon=True)
            self._busy.add(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, _stream(connection) as stream:
                connection.settimeout(REQUEST_SECONDS)
                late = threading.Timer(REQUEST_SECONDS, _hang_up, (connection,))
                late.daemon = True
                late.start()
                try:
                    line = stream.readline(LONGEST_REQUEST + 1)  # first: closing on unread bytes would lose the answer
                finally:
                    late.cancel()
                connection.settimeout(SEND_SECONDS)
                self._converse(connection, stream, line)
        except (BrokenPipeError, ConnectionError, TimeoutError):
            _log.info("a command went away before it had its answer")
        finally:
            self._busy.discard(threading.current_thread())
            self._slots.release()

    def _converse(self, connection: socket.socket, stream: BinaryIO, line: bytes) -> None:
        if not _same_user(connection):
            _send(stream, {"refused": "it came from another user"})
            return
        request, why = _understood(line)
        if request is None:
            _send(stream, {"refused": why})
            return
        if request.database != self._database:
            _send(stream, {"other_database": True})
            return
        answer = self._handler(request.use, request.arguments, lambda text: _tell(stream, text))
        _send(stream, {"answer": dict(answer)})


def ask(path: Path, request: Request, progress: Progress) -> dict[str, Any]:
    """Hand a request to the owner and wait for its answer, however long it takes.

    Raises NobodyListens, OtherDatabase, OwnerRefused, OwnerGone.
    """
    with _connected(path) as connection, _stream(connection) as stream:
        if not _same_user(connection):
            raise OwnerRefused("it belongs to another user")
        try:
            stream.write(request.encoded())
            stream.flush()
            return _answer(path, stream, progress)
        except (BrokenPipeError, ConnectionError) as error:
            raise OwnerGone(path) from error


def _answer(path: Path, stream: BinaryIO, progress: Progress) -> dict[str, Any]:
    while line := stream.readline(LONGEST_ANSWER + 1):
        if len(line) > LONGEST_ANSWER or not line.endswith(b"\n"):
            break
        said = json.loads(line)
        if "progress" in said:
            progress(str(said["progress"]))
        elif said.get("other_database"):
            raise OtherDatabase
        elif "refused" in said:
            raise OwnerRefused(str(said["refused"]))
        else:
            return dict(said["answer"])
    raise OwnerGone(path)


def _stream(connection: socket.socket) -> BinaryIO:
    return cast("BinaryIO", connection.makefile("rwb"))


def _understood(line: bytes) -> tuple[Request | None, str]:
    """The request in a line, or why it is none."""
    if len(line) > LONGEST_REQUEST:
        return None, f"it is longer than {LONGEST_REQUEST} bytes"
    try:
        body = json.loads(line)
    except (ValueError, RecursionError):
        return None, "it is not JSON"
    if not isinstance(body, dict) or body.get("protocol") != PROTOCOL:
        return None, f"it does not speak protocol {PROTOCOL}; use the same release for both"
    use, arguments, database = body.get("use"), body.get("arguments"), body.get("database")
    if not (isinstance(use, str) and isinstance(arguments, dict) and isinstance(database, str)):
        return None, "it lacks a use case, its arguments or the database"
    return Request(use, arguments, database), ""


def _hang_up(connection: socket.socket) -> None:
    """End the reading of a request that takes too long as a whole; what came so far is refused."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RD)


def _tell(stream: BinaryIO, text: str) -> None:
    """Progress for a client that may have gone: work that was begun is finished all the same."""
    with contextlib.suppress(OSError):
        _send(stream, {"progress": text})


def _send(stream: BinaryIO, content: Mapping[str, Any]) -> None:
    stream.write(json.dumps(content, ensure_ascii=True).encode() + b"\n")
    stream.flush()


def _listening(path: Path) -> socket.socket:
    """Bind with permission 0600. A socket that nobody answers on is a leftover; raises SocketTaken for a living one."""
    if _alive(path):
        raise SocketTaken(path)
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _address(path) as address:
            listener.bind(address)
        path.chmod(0o600)
        listener.listen(MOST_AT_ONCE)
    except OSError:
        listener.close()
        raise
    return listener


def _alive(path: Path) -> bool:
    """Whether some process, whatever its database, is behind the socket; one too busy to answer counts."""
    try:
        with _connected(path):
            return True
    except OwnerRefused:
        return True
    except NobodyListens:
        return False


@contextlib.contextmanager
def _connected(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            with _address(path) as address:
                connection.connect(address)
        except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError) as error:
            raise NobodyListens(path) from error
        except OSError as error:
            raise OwnerRefused(error.strerror or str(error)) from error
        yield connection


@contextlib.contextmanager
def _address(path: Path) -> Iterator[str]:
    """The path itself, or a short way through /proc where it is too long for a socket address."""
    if len(os.fsencode(path)) <= _LONGEST_ADDRESS:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _same_user(connection: socket.socket) -> bool:
    """Whether the kernel says that the other side runs as this user; the folder's mode guards where it can't say."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return True
    credentials = connection.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i"))
    _, uid, _ = struct.unpack("3i", credentials)
    return bool(uid == os.getuid())
