"""`counterpoint run`: one server per home, on this machine unless told otherwise."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable
from pathlib import Path

from app.commands import REFUSALS, Answer
from app.home import Home
from app.owner_socket import NobodyListens, OtherDatabase, OwnerGone, OwnerRefused, Request, ask
from app.services import people
from app.services.workbench import open_workbench

LOOPBACK = ("127.0.0.1", "localhost", "::1")
FIRST_PORT, PORTS_TRIED = 8501, 100
BROWSER_PATIENCE = 60.0  # seconds until the server must answer before a browser is opened


def run(home: Home, *, host: str, port: int | None, browser: bool, say: Callable[[str], None]) -> Answer:
    """Serve until stopped; where a workbench of this home runs already, show that one."""
    url = _running(home)
    if url:
        if browser:
            _show(url)
        return Answer(text=(f"The workbench is running already: {url}",))
    chosen = _free_port(host, port)
    if chosen is None:
        what = f"Port {port} on {host}" if port else f"No port from {FIRST_PORT} on at {host}"
        return Answer(code=1, error=f"{what} can be used. Choose another one with --port, or leave it out.")
    try:
        wb = open_workbench(home)  # before the server, so that a locked file is a sentence and not a broken page
        code = "" if host in LOOPBACK and people.only_the_demo(wb) else people.first_code(wb)
    except REFUSALS as error:
        return Answer.refusal(error)
    url = f"http://{_shown(host)}:{chosen}"
    say(f"Counterpoint is at {url}  (stop it with Ctrl+C)")
    if host not in LOOPBACK:
        say("Passwords travel unencrypted to this address: put a server that speaks https in front of it.")
    if code:
        say(f"Nobody can sign in yet. Sign in once as {people.FIRST_ADMIN!r} with the code {code}, within 24 hours.")
    if browser:
        threading.Thread(target=_open_when_up, args=(url,), daemon=True).start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the server stops in good order, then raises it again
    with contextlib.suppress(KeyboardInterrupt):  # how people and systems stop a server
        _serve(host, chosen, home.secrets)
    return Answer(text=("Stopped.",))


def _serve(host: str, port: int, secrets: Path) -> None:
    """Block in the server. The folder with the theme is made current, because Streamlit looks for it there."""
    root = Path(__file__).resolve().parent.parent
    if (root / ".streamlit").is_dir():
        os.chdir(root)
    from streamlit import config

    from app.asgi import app

    sys.argv = [str(Path(__file__).with_name("asgi.py"))]  # Streamlit takes the launcher's folder as the app's
    app.run(
        config={
            "server.address": host,
            "secrets.files": [*config.get_config_files("secrets.toml"), str(secrets)],
            "server.port": port,
            "server.headless": True,
            "server.fileWatcherType": "none",
            "runner.postScriptGC": False,  # a collection after every rerun costs 240 ms with torch loaded
            "browser.gatherUsageStats": False,
            "logger.hideWelcomeMessage": True,
        }
    )


def _running(home: Home) -> str:
    """The address of the workbench that owns this home, if there is one."""
    try:
        answer = ask(home.socket_path, Request("hello", {}, home.database_url), lambda _: None)
    except (NobodyListens, OtherDatabase, OwnerRefused, OwnerGone):
        return ""
    return str(answer["document"].get("url", ""))


def _free_port(host: str, wanted: int | None) -> int | None:
    """The wanted port, or the first free one; 0 asks the system for any."""
    for port in [wanted] if wanted is not None else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return None


def _open_when_up(url: str) -> None:
    until = time.monotonic() + BROWSER_PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):  # noqa: S310  our own address
                _show(url)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)


def _show(url: str) -> None:
    """Open a browser where there is a screen; a text browser in the terminal would hide the messages."""
    if sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(url)


def _shown(host: str) -> str:
    if host in ("0.0.0.0", "::", "127.0.0.1"):  # noqa: S104  compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host
