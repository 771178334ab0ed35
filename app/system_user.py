"""Who runs this process, as the system says. The environment can claim anything, so it is not asked."""

from __future__ import annotations

import os
import pwd

from app.services.access import Who


def system_user() -> str:
    """The account's name; one that the system has no name for keeps its number."""
    uid = os.getuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def console() -> Who:
    """Whoever uses the command line; through the socket too, where other users of the system are refused."""
    return Who.console(system_user())
