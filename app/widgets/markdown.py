"""Text from books put into Markdown without being read as Markdown."""

from __future__ import annotations

# Point, at and ampersand too: www.x.example and a@b.example become links by themselves, &copy; a sign.
_SIGNS = frozenset("\\`*_{}[]<>()#+-!|$~:.@&")


def plain(text: str) -> str:
    """Escape every sign that Markdown, or Streamlit's colours, icons and formulas, give a meaning to."""
    return "".join("\\" + c if c in _SIGNS else c for c in " ".join(text.split()))
