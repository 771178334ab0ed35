"""The forms of the people's page; each says what it did, or why it did not, and keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from app import messages, state
from app.i18n import _
from app.services import controls, desk, people
from app.services.access import Role
from app.services.books import BookCard
from app.services.errors import ServiceError
from app.services.people import Held, NewUser, Reach
from app.services.typed import today
from app.services.workbench import Workbench
from app.views.people import role_words
from app.widgets.controls import changes
from app.widgets.markdown import plain
from storage.errors import StorageError


def code_once() -> None:
    """Show a new one-time code, for this run only: whoever has it is that person until it is used."""
    made = state.NEW_CODE.get()
    if made is None:
        return
    state.NEW_CODE.clear()
    st.success(_("One-time code for {login}, good for 24 hours. It is shown only now:", login=plain(made[0])))
    st.code(made[1], language=None)


def grant_form(wb: Workbench, card: BookCard, users: Mapping[str, str]) -> None:
    st.subheader(_("Give a role"), anchor=False)
    words = {role: f"{name}: {can}" for role, (name, can) in role_words().items()}
    if not users:
        st.caption(_("There are no users yet."))
        return
    year = today().year
    with st.form("people.grant"):
        login = st.selectbox(_("Person"), list(users), format_func=users.__getitem__, key="people.grant.login")
        role = st.selectbox(_("Role"), list(words), format_func=words.__getitem__, key="people.grant.role")
        with st.container(horizontal=True):
            first = st.number_input(_("From year"), 1900, 9999, year - 1, key="people.grant.first")
            last = st.number_input(_("To year"), 1900, 9999, year, key="people.grant.last")
            until = st.date_input(_("Last day"), value=today().replace(month=12, day=31), key="people.grant.until")
        st.caption(_("Years and last day hold for auditors only."))
        reason = st.text_input(_("Reason"), key="people.grant.reason")
        sent = st.form_submit_button(_("Give role"), icon=":material/person_add:", key="people.grant.send")
    if sent:
        reach = Reach(first_year=int(first), last_year=int(last), last_day=until) if role is Role.AUDITOR else None
        _do(
            lambda: people.set_role(
                wb, state.actor(), card.name, login, role, granted=True, reason=reason, reach=reach
            ),
            _("Role given."), _("The change waits for a second person."),
        )  # fmt: skip


def take_back_form(wb: Workbench, card: BookCard, held: Sequence[Held]) -> None:
    if not held:
        return
    st.subheader(_("Take a role back"), anchor=False)
    words = role_words()
    names = {(h.user.login, Role(h.role)): f"{h.user.name}: {words[Role(h.role)][0]}" for h in held}
    with st.form("people.take"):
        login, role = st.selectbox(_("Role"), list(names), format_func=names.__getitem__, key="people.take.which")
        reason = st.text_input(_("Reason"), key="people.take.reason")
        sent = st.form_submit_button(_("Take back"), icon=":material/person_remove:", key="people.take.send")
    if sent:
        _do(
            lambda: people.set_role(wb, state.actor(), card.name, login, role, granted=False, reason=reason),
            _("Role taken back."),
        )


def reset_form(wb: Workbench, users: Mapping[str, str]) -> None:
    """A code for somebody who forgot a password."""
    if not users:
        return
    st.subheader(_("Let somebody in again"), anchor=False)
    with st.form("people.reset"):
        login = st.selectbox(_("Person"), list(users), format_func=users.__getitem__, key="people.reset.login")
        st.caption(_("The old password stops working and every session of this person ends."))
        sent = st.form_submit_button(_("Make a code"), icon=":material/key:", key="people.reset.send")
    if sent:
        _do(lambda: state.NEW_CODE.set((login, people.reset(wb, state.actor(), login))), "")


def add_form(wb: Workbench) -> None:
    """For those who run the installation."""
    st.subheader(_("Add a person"), anchor=False)
    with st.form("people.add"):
        login = st.text_input(_("Login"), key="people.add.login", max_chars=100)
        name = st.text_input(_("Name"), key="people.add.name", max_chars=200)
        sent = st.form_submit_button(_("Add"), icon=":material/person_add:", key="people.add.send")
    if sent:
        new = NewUser(login=login, name=name)
        _do(lambda: state.NEW_CODE.set((login, people.add_user(wb, state.actor(), new))), "")


def waiting(wb: Workbench, card: BookCard) -> None:
    """Roles that somebody gave and a second person has to confirm."""
    who = state.actor()
    found = tuple(c for c in controls.changes(wb, who, card.name) if c.waits and c.subject == controls.ROLE)
    if found:
        st.subheader(_("Waiting for a second person"), anchor=False)
        changes(wb, card, found, desk.names(wb, who, card.name))


def _do(act: Callable[[], object], done: str, waits: str = "") -> None:
    """Do it and say so; ``waits`` is said of a change that does not hold yet."""
    try:
        change = act()
    except (ServiceError, StorageError) as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    if isinstance(change, controls.Change) and change.waits:
        done = waits
    if done:
        st.toast(done, icon=":material/check_circle:")
    st.rerun()
