"""Roles in words, and the table of who holds which."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.i18n import _
from app.services.access import Role
from app.services.people import Held, Limits
from app.views.numbers import day


def role_words() -> dict[Role, tuple[str, str]]:
    """Each role's name, and what it may do in a few words."""
    return {
        Role.ACCOUNTANT: (_("Accountant"), _("imports, predicts, corrects, submits")),
        Role.REVIEWER: (_("Reviewer"), _("also approves, posts, reverses, exports")),
        Role.ADMIN: (_("Admin"), _("people, catalog, periods, policy, models; books nothing")),
        Role.AUDITOR: (_("Auditor"), _("reads the years that were granted")),
        Role.CONFIDANT: (_("Confidant"), _("beside another role: also sees restricted entries")),
    }


def people_table(held: Sequence[Held]) -> str:
    """A row for each role that somebody holds, as HTML."""
    heads = "".join(f"<th>{escape(h)}</th>" for h in (_("Name"), _("Login"), _("Role"), _("Limits")))
    words = role_words()
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(cell)}</td>"
            for cell in (h.user.name, h.user.login, words[Role(h.role)][0], limits_in_words(h.limits))
        )
        + "</tr>"
        for h in held
    )
    return f'<table class="cp-entry"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def limits_in_words(limits: Limits) -> str:
    """For example: 2024 to 2025, until 31 Mar 2026; empty without limits."""
    years, ends = "", ""
    if limits.first_year and limits.last_year:
        years = _("{first} to {last}", first=limits.first_year, last=limits.last_year)
    if limits.expires:
        ends = _("until {day}", day=day(limits.expires.date()))
    return ", ".join(part for part in (years, ends) if part)
