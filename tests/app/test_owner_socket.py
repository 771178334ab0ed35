"""Two ends of a conversation over a real Unix socket."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from app.owner_socket import (
    LONGEST_REQUEST,
    NobodyListens,
    OtherDatabase,
    OwnerGone,
    OwnerRefused,
    OwnerServer,
    Progress,
    Request,
    SocketTaken,
    ask,
)

DATABASE = "duckdb:////books"


def echo(use: str, arguments: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    for i in range(int(arguments.get("steps", 0))):
        progress(f"step {i + 1}")
        time.sleep(float(arguments.get("pause", 0)))
    return {"use": use, "arguments": dict(arguments), "pid": os.getpid()}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OwnerServer]:
    with_server = OwnerServer(tmp_path / "socket", DATABASE, echo)
    yield with_server
    with_server.close()


def request(**arguments: Any) -> Request:
    return Request("echo", arguments, DATABASE)


def raw(path: Path, sent: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(sent)
        return connection.makefile("rb").read()


def test_an_answer_comes_back_after_its_progress(server: OwnerServer, tmp_path: Path) -> None:
    steps: list[str] = []
    answer = ask(tmp_path / "socket", request(steps=3, text="Miete Büro 🏢 \udcff"), steps.append)
    assert steps == ["step 1", "step 2", "step 3"]
    assert answer["arguments"]["text"] == "Miete Büro 🏢 \udcff"


def test_another_process_reaches_it(server: OwnerServer, tmp_path: Path) -> None:
    code = f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).resolve().parents[2])!r})
        from pathlib import Path
        from app.owner_socket import Request, ask
        print(ask(Path({str(tmp_path / "socket")!r}), Request("echo", {{}}, {DATABASE!r}), print)["pid"])
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert int(done.stdout) == os.getpid()


def test_only_this_user_may_open_it(server: OwnerServer, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "socket").stat().st_mode) == 0o600


def test_a_stranger_is_sent_away(server: OwnerServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.owner_socket.os.getuid", lambda: 54321)  # the kernel still says who we really are
    assert b"another user" in raw(tmp_path / "socket", request().encoded())
    with pytest.raises(OwnerRefused, match="another user"):
        ask(tmp_path / "socket", request(), print)


def test_long_requests_run_beside_each_other(server: OwnerServer, tmp_path: Path) -> None:
    started = time.monotonic()
    threads = [
        threading.Thread(target=ask, args=(tmp_path / "socket", request(steps=1, pause=0.5), str)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - started < 1.5


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(NobodyListens):
        ask(tmp_path / "socket", request(), print)


def test_a_leftover_socket_is_nobody_and_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(NobodyListens):
        ask(path, request(), print)
    server = OwnerServer(path, DATABASE, echo)
    assert ask(path, request(), print)["use"] == "echo"
    server.close()
    assert not path.exists()


def test_a_living_socket_is_never_taken_away(server: OwnerServer, tmp_path: Path) -> None:
    with pytest.raises(SocketTaken, match="another database"):
        OwnerServer(tmp_path / "socket", "duckdb:////elsewhere", echo)
    assert ask(tmp_path / "socket", request(), print)["use"] == "echo"


def test_a_file_that_is_no_socket_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "socket").write_text("somebody's notes")
    with pytest.raises(OSError, match="in use"):
        OwnerServer(tmp_path / "socket", DATABASE, echo)
    assert (tmp_path / "socket").read_text() == "somebody's notes"


def test_an_owner_of_another_database_says_so(server: OwnerServer, tmp_path: Path) -> None:
    with pytest.raises(OtherDatabase):
        ask(tmp_path / "socket", Request("echo", {}, "postgresql://books"), print)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (b"hello\n", "not JSON"),
        (b"[]\n", "protocol"),
        (b"\xff\xfe\n", "not JSON"),
        (b"[" * 100_000 + b"\n", "not JSON"),
        (json.dumps({"protocol": 0}).encode() + b"\n", "protocol"),
        (json.dumps({"protocol": 1, "use": 5, "arguments": {}, "database": ""}).encode() + b"\n", "lacks"),
        (b"x" * (LONGEST_REQUEST + 1), "longer than"),
    ],
)
def test_nonsense_is_refused_in_words(server: OwnerServer, tmp_path: Path, sent: bytes, says: str) -> None:
    assert says in json.loads(raw(tmp_path / "socket", sent))["refused"]
    assert ask(tmp_path / "socket", request(), print)["use"] == "echo"  # and the next one is served


def test_an_owner_that_breaks_off_is_told_from_a_refusal(tmp_path: Path) -> None:
    def stop(use: str, arguments: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
        raise ConnectionError

    server = OwnerServer(tmp_path / "socket", DATABASE, stop)
    with pytest.raises(OwnerGone, match="start it again"):
        ask(tmp_path / "socket", request(), print)
    server.close()


def test_close_lets_a_request_finish(tmp_path: Path) -> None:
    server = OwnerServer(tmp_path / "socket", DATABASE, echo)
    answers: list[dict[str, Any]] = []
    heard = threading.Event()
    thread = threading.Thread(
        target=lambda: answers.append(
            ask(tmp_path / "socket", request(steps=1, pause=0.5), lambda _: heard.set()),
        )
    )
    thread.start()
    assert heard.wait(5)
    server.close()
    thread.join(5)
    assert answers[0]["use"] == "echo"
    server.close()  # closing twice does no harm


def test_work_goes_on_when_the_command_goes_away(tmp_path: Path) -> None:
    done = threading.Event()

    def work(use: str, arguments: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
        for i in range(20):
            progress(f"step {i} {'x' * 10_000}")
            time.sleep(0.01)
        done.set()
        return {}

    server = OwnerServer(tmp_path / "socket", DATABASE, work)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(tmp_path / "socket"))
        connection.sendall(request().encoded())
    assert done.wait(10)
    server.close()


def test_a_home_with_a_very_long_path_works(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 20) / ("longer" * 20)
    folder.mkdir(parents=True)
    server = OwnerServer(folder / "socket", DATABASE, echo)
    assert ask(folder / "socket", request(), print)["use"] == "echo"
    server.close()


def test_a_request_that_trickles_is_ended_as_a_whole(
    server: OwnerServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes in time, the line never does; before, one such client held a place for months."""
    monkeypatch.setattr("app.owner_socket.REQUEST_SECONDS", 0.3)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(tmp_path / "socket"))
        connection.settimeout(10)
        for _ in range(100):
            try:
                connection.sendall(b"{")
            except (BrokenPipeError, ConnectionError):
                break
            time.sleep(0.05)
        else:
            pytest.fail("the owner kept on listening")
