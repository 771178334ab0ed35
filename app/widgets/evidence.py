"""What stands beside a proposal: other candidates, earlier entries, and the analyst's figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from app import charts, state
from app.i18n import _
from app.views.because import SHOWN_CARDS, Because, Card
from app.views.proposal import CandidateView
from app.widgets.markdown import plain
from engine.journal import LineTrace


def candidate_buttons(candidates: Sequence[CandidateView]) -> None:
    """One button a candidate, on the keys 1 to 5; the open one is marked.

    While the entry is edited they have no keys, because digits belong to the cells then.
    """
    st.subheader(_("Candidates"), anchor=False)
    editing = state.SHEET.get() is not None
    marks = {True: ":material/radio_button_checked:", False: ":material/radio_button_unchecked:"}
    with st.container(key="candidates", gap="xsmall"):
        for i, one in enumerate(candidates):
            text = " · ".join(part for part in (one.percent, one.accounts) if part)
            if st.button(
                plain(text), key=f"predict.candidate.{one.key}",
                shortcut=None if editing else one.key, width="stretch", icon=marks[one.chosen], disabled=editing,
            ):  # fmt: skip
                state.CHOSEN.set(i)
                st.rerun()
    if editing:
        st.caption(_("Save or discard your changes to look at another candidate."))


def because_cards(because: Because) -> None:
    """Up to three earlier entries side by side, with counts below."""
    if not because.cards:
        st.caption(_("Nothing like this was booked before, so the model had only its accounts to go by."))
        return
    with st.container(key="because"):
        for column, card in zip(st.columns(SHOWN_CARDS), because.cards, strict=False):
            with column, st.container(border=True, height="stretch", gap="xsmall"):
                _card(card)
    st.caption(plain(because.counts))


def analyst(traces: Sequence[LineTrace], names: Mapping[str, str]) -> None:
    """Pointer against copy for a chosen line, then the gate and the attention of all lines."""
    if not traces:
        st.caption(_("This candidate did not come from the network, so there is nothing to look into."))
        return
    st.caption(_("These figures belong to the first candidate."))
    labels = [f"{i}  {t.account}" for i, t in enumerate(traces, start=1)]
    chosen = (
        st.segmented_control(_("Line"), labels, default=labels[0], key="predict.line", format_func=plain) or labels[0]
    )
    _figure(
        _("Where this account came from"), charts.distributions(traces[labels.index(chosen)], names), "distributions"
    )
    _figure(_("How much each line trusted memory"), charts.gates(traces), "gates")
    if traces[0].words:
        _figure(_("Which words each line looked at"), charts.attention(traces), "attention")


def _figure(title: str, figure: go.Figure, key: str) -> None:
    st.markdown(f"**{plain(title)}**")
    st.plotly_chart(figure, key=f"predict.chart.{key}", config={"displayModeBar": False})


def _card(card: Card) -> None:
    st.page_link(state.JOURNAL_PAGE, label=plain(card.title), query_params={state.ENTRY: card.entry_id})
    st.caption(plain(f"{card.when} · {card.amount}"))
    st.badge(plain(card.verdict), color="green" if card.agrees else "orange")
    if card.booked:
        st.caption(plain(card.booked))
    st.caption(plain(f"{card.differs} · {card.origin}"))
