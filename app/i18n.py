"""The languages of the workbench: gettext catalogs, read straight from the `.po` files.

Babel turns a `.po` file into a gettext catalog in memory when it is first asked for, so a git clone
needs no compile step. English is the source: its texts are the message ids.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français"}
SOURCE = "en"
FOLDER = Path(__file__).parent / "locale"
DOMAIN = "counterpoint"

_LOCALES = {"en": "en_GB", "de": "de_DE", "fr": "fr_FR"}
_forced: ContextVar[str] = ContextVar("language", default="")


class _Chooser:
    """Where the language of the running page comes from; the pages put their session in here."""

    ask: Callable[[], str] = staticmethod(lambda: SOURCE)


def language_from(source: Callable[[], str]) -> None:
    """Ask `source` for the language from now on; it is called for every text, so it must be quick."""
    _Chooser.ask = staticmethod(source)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use one language inside the block, whatever the session says."""
    token = _forced.set(language)
    try:
        yield
    finally:
        _forced.reset(token)


def language() -> str:
    """The code of the current language; a language we have no catalog for becomes English."""
    wanted = _forced.get() or _Chooser.ask()
    return wanted if wanted in LANGUAGES else SOURCE


def locale() -> Locale:
    """The Babel locale that writes numbers and dates of the current language."""
    return Locale.parse(_LOCALES[language()])


def nearest(tag: str | None) -> str:
    """Our language for a browser's tag such as ``de-AT``; English when we have none."""
    code = (tag or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else SOURCE


def po_file(code: str) -> Path:
    return FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.po"


@lru_cache(maxsize=len(LANGUAGES))
def catalog(code: str) -> NullTranslations:
    """The catalog of one language; English needs none, its message ids are its texts."""
    if code == SOURCE:
        return NullTranslations()
    with po_file(code).open("rb") as source:
        messages = read_po(source, locale=code, domain=DOMAIN)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _(message: str, **values: object) -> str:
    """Translate a text; ``{name}`` places are filled from `values`."""
    text = catalog(language()).gettext(message)
    return text.format(**values) if values else text


def ngettext(one: str, many: str, n: int, **values: object) -> str:
    """Translate a text that depends on a count; ``{n}`` is the count."""
    return catalog(language()).ngettext(one, many, n).format(n=n, **values)
