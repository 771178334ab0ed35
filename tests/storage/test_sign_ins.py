from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from storage.identity import utc_now
from storage.schema_people import sessions, sign_in_attempts, tickets
from storage.session import Store
from storage.sign_ins import FREE_FAILURES, IDLE, LONGEST, LONGEST_PAUSE, TICKET, SignedIn

NOW = utc_now()
A_BIT = timedelta(seconds=1)


def test_a_session_ends_when_idle_when_old_and_when_told(store: Store) -> None:
    with store.unit_of_work() as unit:
        s = unit.sign_ins
        token = s.start("ana", NOW)
        assert len(token) >= 43
        assert s.find(token, NOW) == SignedIn("ana", stale=False)
        assert s.find(token, NOW + IDLE) == SignedIn("ana", stale=True)
        assert s.find(token, NOW + IDLE + A_BIT) is None
        assert s.find(token + "x", NOW) is None
        later = NOW
        while later + IDLE < NOW + LONGEST:
            later += IDLE
            s.touch(token, later)
        assert s.find(token, NOW + LONGEST) is not None
        assert s.find(token, NOW + LONGEST + A_BIT) is None
        s.end(token)
        assert s.find(token, NOW) is None


def test_signing_out_everywhere_ends_one_person_s_sessions_and_tickets(store: Store) -> None:
    with store.unit_of_work() as unit:
        s = unit.sign_ins
        mine, mine_too, other = s.start("ana", NOW), s.start("ana", NOW), s.start("ben", NOW)
        ticket = s.ticket("ana", "n", NOW)
        s.end_all("ana")
        assert [s.find(t, NOW) is None for t in (mine, mine_too, other)] == [True, True, False]
        assert s.redeem(ticket, "n", NOW) == ""


def test_a_ticket_serves_one_browser_once_and_soon(store: Store) -> None:
    with store.unit_of_work() as unit:
        s = unit.sign_ins
        good, stolen, late = (s.ticket("ana", "mine", NOW) for _ in range(3))
        assert s.redeem(good, "mine", NOW + TICKET) == "ana"
        assert s.redeem(good, "mine", NOW) == ""
        assert s.redeem(stolen, "another browser's", NOW) == ""
        assert s.redeem(stolen, "mine", NOW) == ""
        assert s.redeem(late, "mine", NOW + TICKET + A_BIT) == ""
        assert s.redeem("never made", "mine", NOW) == ""


def test_what_a_browser_holds_is_nowhere_in_the_database(store: Store) -> None:
    with store.unit_of_work() as unit:
        secrets = [unit.sign_ins.start("ana", NOW), unit.sign_ins.ticket("ana", "the nonce", NOW), "the nonce"]
        kept = [str(r) for t in (sessions, tickets, sign_in_attempts) for r in unit.session.execute(sa.select(t))]
    assert len(kept) == 2
    assert not [s for s in secrets if any(s in row for row in kept)]


def test_each_failure_after_the_fifth_waits_twice_as_long(store: Store) -> None:
    with store.unit_of_work() as unit:
        s = unit.sign_ins
        waits = []
        for _ in range(FREE_FAILURES + 14):
            s.failed("Ana", NOW)
            waits.append(s.pause("ana", NOW).total_seconds())
        assert waits[: FREE_FAILURES + 4] == [0, 0, 0, 0, 2, 4, 8, 16]
        assert waits[-1] == LONGEST_PAUSE.total_seconds()
        assert not s.pause("ana", NOW + LONGEST_PAUSE)
        assert not s.pause("ben", NOW)
        s.succeeded("ana")
        assert not s.pause("ana", NOW)


def test_a_new_session_sweeps_out_what_is_over(store: Store) -> None:
    with store.unit_of_work() as unit:
        unit.sign_ins.start("ana", NOW - LONGEST - A_BIT)
        unit.sign_ins.ticket("ana", "n", NOW - TICKET - A_BIT)
        unit.sign_ins.start("ben", NOW)
        assert [r.login for r in unit.session.execute(sa.select(sessions))] == ["ben"]
        assert unit.session.execute(sa.select(tickets)).all() == []
