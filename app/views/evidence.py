"""What the page Evidence says of a chain and of an audit file. No Streamlit."""

from __future__ import annotations

from app.i18n import _, ngettext
from app.services.audit_report import AuditReport
from app.services.verify import Verdict
from app.views.numbers import moment

SHOWN = 500  # broken links that the table shows


def looked_at(verdict: Verdict) -> str:
    """How much was walked, and whether it is whole."""
    r = verdict.report
    walked = _("{links} links, {entries} entries, {lines} lines", links=r.links, entries=r.entries, lines=r.lines)
    if verdict.whole:
        return _("The chain is whole: {walked}.", walked=walked)
    return _("Something does not fit: {walked}. What is named below was changed behind the program.", walked=walked)


def proven(verdict: Verdict) -> list[str]:
    """Since when the book is proven not to have changed, and what speaks against it."""
    r = verdict.report
    said = [*verdict.unreadable, *(f"{moment(a.anchor.made)}: {a.why}" for a in r.anchors if a.why)]
    holding = [a.anchor for a in r.anchors if not a.why]
    if not holding:
        return [*said, _("No anchor holds, so nobody would notice a chain that was written anew. Take one now.")]
    first, last = holding[0], holding[-1]
    if not r.faults:
        said.append(_("Unchanged since the anchor of {when}; not provable before.", when=moment(first.made)))
    if last.sequence < r.links:
        newer = r.links - last.sequence
        said.append(
            ngettext(
                "{n} link is newer than the last anchor, of {when}.",
                "{n} links are newer than the last anchor, of {when}.", newer, when=moment(last.made),
            )
        )  # fmt: skip
    return said


def faults(verdict: Verdict) -> list[dict[str, str]]:
    """Broken links, first one first."""
    return [
        {_("Link"): f"{f.sequence}", _("Record"): f.record, _("Which"): f.reference, _("Why"): f.why,
         _("Found"): f.found}
        for f in verdict.report.faults[:SHOWN]
    ]  # fmt: skip


def written(report: AuditReport) -> str:
    """How much went into the audit file, and whether all checks hold."""
    wrong = sum(not c.holds for c in report.checks)
    base = _("{year}: {entries} entries in {files} files.", year=report.year.label, entries=report.entries,
             files=report.files)  # fmt: skip
    if not wrong:
        return f"{base} {_('Every check holds.')}"
    failed = ngettext("{n} check does not hold; see below.", "{n} checks do not hold; see below.", wrong)
    return f"{base} {failed}"


def checks(report: AuditReport) -> list[dict[str, str]]:
    """What was counted twice or looked for; what does not hold stands first."""
    return [
        {_("Result"): _("holds") if c.holds else _("DOES NOT HOLD"), _("Check"): c.name, _("Found"): c.found}
        for c in sorted(report.checks, key=lambda c: c.holds)
    ]
