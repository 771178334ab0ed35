"""The one place where a page's errors end: a sentence on the page, the traceback in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

import streamlit as st

from app import messages
from app.i18n import _
from app.widgets.markdown import plain

log = logging.getLogger("counterpoint.pages")
P = ParamSpec("P")


@contextmanager
def frame() -> Iterator[None]:
    """Show what went wrong inside the block; Streamlit's own signals pass through."""
    try:
        yield
    except Exception as error:
        if messages.expected(error):
            log.info("%s: %s", type(error).__name__, error)
            st.error(plain(messages.sentence(error)), icon=":material/error:")
        else:
            log.exception("a page failed")
            st.error(
                _(
                    "This page could not be shown ({kind}). Nothing was changed. "
                    "Reload it; if that does not help, the log has the details.",
                    kind=type(error).__name__,
                ),
                icon=":material/error:",
            )


def polled(seconds: float) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Draw a function again every so many seconds, without the rest of the page, inside the frame."""

    def decorate(draw: Callable[P, None]) -> Callable[P, None]:
        @st.fragment(run_every=seconds)
        @wraps(draw)
        def framed(*args: P.args, **kwargs: P.kwargs) -> None:
            with frame():
                draw(*args, **kwargs)

        return framed

    return decorate
