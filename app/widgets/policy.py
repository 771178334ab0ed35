"""The form of a book's policy: every rule with its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import streamlit as st

from app import state
from app.i18n import _
from app.services import controls
from app.services.books import BookCard
from app.services.controls import Policy
from app.services.typed import read_amount
from app.services.workbench import Workbench
from app.views.controls import four_eyes_words, reversal_words, rule_word
from app.views.numbers import money
from app.widgets.controls import attempt

_AMOUNTS = ("above", "ready_limit")
_RESTRICTED = ("restricted_journals", "restricted_accounts")
_ACCOUNTS = ("exchange_gain_account", "exchange_loss_account", "rounding_account")


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of the policy's form; a new turn of them shows the values that hold then."""

    policy: Policy
    turn: int

    def key(self, name: str) -> str:
        return f"controls.{name}.{self.turn}"

    def text(self, name: str, value: str, placeholder: str = "", about: str = "") -> str:
        return st.text_input(
            rule_word(name), value=value, key=self.key(name), placeholder=placeholder or None, help=about or None
        )

    def codes(self, name: str, placeholder: str, about: str = "") -> str:
        return self.text(name, ", ".join(getattr(self.policy, name)), placeholder, about)

    def choice(self, name: str, choices: Mapping[str, str], now: str) -> str:
        offered = list(dict.fromkeys((*choices, now)))
        return st.selectbox(
            rule_word(name), offered, index=offered.index(now), key=self.key(name),
            format_func=lambda code: choices.get(code, code),
        )  # fmt: skip

    def flag(self, name: str, words: str) -> bool:
        return st.checkbox(words, value=getattr(self.policy, name), key=self.key(name))


def policy_form(wb: Workbench, card: BookCard, policy: Policy, accounts: Mapping[str, str]) -> None:
    """Every rule with its value; a change needs a reason, and a second person where there is one."""
    fields = _Fields(policy, state.RULES_TURN.get())
    with st.form("controls.policy"):
        values = _second_person(fields) | _entries(fields) | _restricted(fields) | _accounts(fields, accounts)
        reason = st.text_input(_("Reason"), key=fields.key("reason"))
        sent = st.form_submit_button(
            _("Change the rules"), type="primary", icon=":material/check:", key="controls.save"
        )
    if sent:
        attempt(lambda: _change(wb, card, {**values, **{name: _amount(values[name]) for name in _AMOUNTS}}, reason))


def _second_person(fields: _Fields) -> dict[str, Any]:
    words, policy, title = four_eyes_words(), fields.policy, rule_word("four_eyes")
    eyes = st.radio(
        title, list(words), index=list(words).index(policy.four_eyes.value),
        key=fields.key("four_eyes"), format_func=words.__getitem__,
    )  # fmt: skip
    left, right = st.columns(2)
    with left:
        above = fields.text("above", money(policy.above))
    with right:
        classes = fields.codes("classes", _("Codes or their beginnings, with commas"))
    confirmed = fields.flag("confirm_corrections", _("What a reviewer corrected is confirmed by somebody else"))
    return {"four_eyes": eyes, "above": above, "classes": classes, "confirm_corrections": confirmed}


def _entries(fields: _Fields) -> dict[str, Any]:
    policy = fields.policy
    needed = fields.flag("document_required", _("A submission needs a document number, or a reason for having none"))
    left, right = st.columns(2)
    with left:
        back = fields.choice("reversal", reversal_words(), policy.reversal.value)
    with right:
        limit = fields.text(
            "ready_limit", "" if policy.ready_limit is None else money(policy.ready_limit), _("No limit")
        )
    return {"document_required": needed, "reversal": back, "ready_limit": limit}


def _restricted(fields: _Fields) -> dict[str, Any]:
    about = _("Only confidants see such entries, for example payroll; nothing is learnt from them.")
    values = {}
    for column, rule in zip(st.columns(len(_RESTRICTED)), _RESTRICTED, strict=True):
        with column:
            values[rule] = fields.codes(rule, _("None; codes with commas"), about)
    return values


def _accounts(fields: _Fields, accounts: Mapping[str, str]) -> dict[str, Any]:
    names, values = {"": _("none"), **accounts}, {}
    for column, rule in zip(st.columns(len(_ACCOUNTS)), _ACCOUNTS, strict=True):
        with column:
            values[rule] = fields.choice(rule, names, getattr(fields.policy, rule))
    return values


def _change(wb: Workbench, card: BookCard, values: Mapping[str, object], reason: str) -> None:
    change = controls.change_policy(wb, state.actor(), card.name, values, reason)
    state.RULES_TURN.set(state.RULES_TURN.get() + 1)
    state.DONE.set(_("The rules hold from now on.") if change.holds else _("The change waits for a second person."))


def _amount(text: str) -> Decimal | None:
    """A typed amount; zero is one here, nothing is none."""
    bare = text.strip()
    if not bare:
        return None
    return Decimal(0) if not bare.strip("0.,") else read_amount(bare)[0]
