"""The forms of the page Controls; each says what it did, or why it did not, and keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from app import i18n, messages, state
from app.i18n import _
from app.services import controls, review
from app.services.access import Right
from app.services.books import BookCard
from app.services.controls import Change, FiscalYear, Lock
from app.services.errors import ServiceError
from app.services.typed import today
from app.services.workbench import Workbench
from app.views.controls import (
    Month,
    change_view,
    fiscal_years,
    lock_word,
    months,
    year_title,
)
from app.views.numbers import money
from app.widgets.acts import DATE_FORMATS
from app.widgets.markdown import plain
from storage.errors import StorageError
from storage.refusals import PeriodOccupied

_COLOURS = {Lock.OPEN: "green", Lock.SOFT: "orange", Lock.HARD: "gray"}


def years_form(wb: Workbench, card: BookCard, named: tuple[FiscalYear, ...]) -> None:
    """The years that were named, and a form for another one."""
    if named:
        st.markdown("\n".join(f"- {plain(year_title(y))}" for y in named))
    else:
        st.caption(_("None was named, so a fiscal year is a calendar year."))
    if Right.CLOSE not in card.rights:
        return
    day_format = DATE_FORMATS[i18n.language()]
    with st.form("controls.year"), st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.text_input(_("Name"), key="controls.year.label", width=130, max_chars=40)
        first = st.date_input(_("First day"), value=None, key="controls.year.first", width=150, format=day_format)
        last = st.date_input(_("Last day"), value=None, key="controls.year.last", width=150, format=day_format)
        sent = st.form_submit_button(_("Add year"), icon=":material/add:", key="controls.year.save")
    if not sent:
        return
    if first is None or last is None:
        st.error(_("A fiscal year needs its first and its last day."), icon=":material/error:")
        return
    year = FiscalYear(label=label, first=first, last=last)
    attempt(lambda: controls.add_year(wb, state.actor(), card.name, year), _("Year added."))


def periods(wb: Workbench, card: BookCard, named: tuple[FiscalYear, ...], people: Mapping[str, str]) -> None:
    """The months of a year with what holds, and the acts on them."""
    years = fiscal_years(named, today())
    labels = {y.label: year_title(y) for y in years}
    inside = next((i for i, y in enumerate(years) if y.first <= today() <= y.last), 0)
    chosen = st.selectbox(
        _("Fiscal year"), list(labels), index=inside, key="controls.months.year", format_func=labels.__getitem__,
        width=330,
    )  # fmt: skip
    year = next(y for y in years if y.label == chosen)
    locks = controls.locks(wb, state.actor(), card.name)
    for one in months(year, locks, people):
        _month(wb, card, one)


def changes(wb: Workbench, card: BookCard, found: tuple[Change, ...], people: Mapping[str, str]) -> None:
    """Changes that wait, with the acts of a second person; those that were settled, folded away."""
    me = state.actor().id
    waiting = [c for c in found if c.waits]
    if not waiting:
        st.caption(_("No change waits. A change of the rules waits here when somebody else may confirm it."))
    for change in waiting:
        _change_card(wb, card, change, people, me)
    settled = [c for c in reversed(found) if not c.waits]
    if settled:
        with st.expander(_("Earlier changes"), icon=":material/history:"):
            for change in settled[:50]:
                _about(change, people, me)


def attempt(act: Callable[[], object], done: str = "") -> None:
    """Do it and draw the page again, or say why it was not done."""
    try:
        act()
    except (ServiceError, StorageError) as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    if done:
        state.DONE.set(done)
    st.rerun()


def _month(wb: Workbench, card: BookCard, one: Month) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"controls.month.{one.first}"):
        st.markdown(f"**{plain(one.title)}**", width=90)
        st.badge(plain(lock_word(one.lock)), color=_COLOURS[one.lock])  # type: ignore[arg-type]
        if one.about:
            st.caption(plain(one.about), width="content")
        if Right.CLOSE in card.rights:
            if one.lock is Lock.OPEN and st.button(_("Close"), key=f"controls.soft.{one.first}", type="tertiary"):
                _ask(_("Close softly"), lambda: _close_form(wb, card, one, Lock.SOFT))
            if one.lock is not Lock.HARD and st.button(
                _("Close for good"), key=f"controls.hard.{one.first}", type="tertiary"
            ):
                _ask(_("Close for good"), lambda: _close_form(wb, card, one, Lock.HARD))
        closed = Right.REOPEN in card.rights and one.lock is not Lock.OPEN
        if closed and st.button(_("Reopen"), key=f"controls.open.{one.first}", type="tertiary"):
            _ask(_("Reopen"), lambda: _reopen_form(wb, card, one))


def _ask(title: str, form: Callable[[], None]) -> None:
    st.dialog(title)(form)()


def _close_form(wb: Workbench, card: BookCard, one: Month, lock: Lock) -> None:
    st.markdown(f"**{plain(one.title)}**")
    if lock is Lock.SOFT:
        st.caption(_("Accountants can no longer book into it; reviewers still can."))
    else:
        st.caption(_("Nobody books into it any more. Reopening it takes a reason and a second person."))
        _unfinished(wb, card, one)
    reason = st.text_input(_("Reason"), key=f"controls.why.{lock}.{one.first}", persist_state="session")
    if st.button(_("Close it"), type="primary", key=f"controls.close.{lock}.{one.first}"):
        attempt(lambda: controls.close(wb, state.actor(), card.name, (one.first, one.last), lock, reason), _("Closed."))


def _unfinished(wb: Workbench, card: BookCard, one: Month) -> None:
    """Entries that keep the month open: links to them, and one button for those who may move them."""
    found = controls.unfinished(wb, state.actor(), card.name, one.first, one.last)
    if not found:
        return
    told = messages.sentence(PeriodOccupied(one.first, one.last, len(found), found))
    st.warning(plain(told), icon=":material/warning:")
    for number, entry_id in enumerate(found[:10], start=1):
        detail = review.opened(wb, state.actor(), card.name, entry_id).detail.entry
        label = f"{number}  {detail.description}  {money(detail.total, detail.currency)}"
        st.page_link(state.JOURNAL_PAGE, label=plain(label), query_params={state.ENTRY: entry_id})
    if Right.CORRECT not in card.rights:
        st.caption(_("An accountant or reviewer can move them to the next open day."))
    elif st.button(_("Move them"), icon=":material/event:", key=f"controls.move.{one.first}"):
        attempt(lambda: _move(wb, card, one, found), _("Moved."))


def _move(wb: Workbench, card: BookCard, one: Month, found: tuple[str, ...]) -> None:
    """Put each on the first open day after the month."""
    from datetime import timedelta

    day = one.last + timedelta(days=1)
    for entry_id in found:
        seen = review.opened(wb, state.actor(), card.name, entry_id).standing.seen
        review.move(wb, state.actor(), card.name, entry_id, seen, day)


def _reopen_form(wb: Workbench, card: BookCard, one: Month) -> None:
    st.markdown(f"**{plain(one.title)}**")
    st.caption(_("It opens for everybody, at once or when a second person has confirmed it."))
    reason = st.text_input(_("Reason"), key=f"controls.reopen.{one.first}", persist_state="session")
    if st.button(_("Reopen it"), type="primary", key=f"controls.reopen.send.{one.first}"):
        attempt(lambda: _reopen(wb, card, one, reason))


def _reopen(wb: Workbench, card: BookCard, one: Month, reason: str) -> None:
    change = controls.reopen(wb, state.actor(), card.name, (one.first, one.last), reason)
    state.DONE.set(_("Open again.") if change.holds else _("The change waits for a second person."))


def _change_card(wb: Workbench, card: BookCard, change: Change, people: Mapping[str, str], me: str) -> None:
    with st.container(border=True):
        _about(change, people, me)
        if Right.POLICY not in card.rights:
            return
        declined = st.text_input(
            _("Reason for declining"), key=f"controls.declined.{change.change_id}", placeholder=_("Optional")
        )
        with st.container(horizontal=True, gap="small"):
            if change.by == me:
                st.caption(_("You proposed it, so somebody else has to confirm it."), width="content")
            elif st.button(
                _("Confirm"), type="primary", icon=":material/check:", key=f"controls.confirm.{change.change_id}"
            ):
                attempt(
                    lambda: controls.confirm_change(wb, state.actor(), card.name, change.change_id), _("Confirmed.")
                )
            if st.button(_("Decline"), icon=":material/close:", key=f"controls.decline.{change.change_id}"):
                attempt(
                    lambda: controls.decline_change(wb, state.actor(), card.name, change.change_id, declined),
                    _("Declined."),
                )


def _about(change: Change, people: Mapping[str, str], me: str) -> None:
    view = change_view(change, me, people)
    st.markdown(f"**{plain(view.title)}**")
    for rule, before, after in view.rows:
        st.markdown(plain(f"{rule}: {before}") + " → " + plain(after))
    st.caption(plain(view.about))
