from __future__ import annotations

import gc
import threading

import pytest

from storage.quiet import undisturbed


def test_the_collector_rests_until_the_last_one_has_ended() -> None:
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with undisturbed():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(10)
    with undisturbed(), undisturbed():
        assert not gc.isenabled()
    assert not gc.isenabled(), "the other thread is at work"
    leave.set()
    thread.join()
    assert gc.isenabled()


def test_it_wakes_after_a_failure_and_stays_off_where_it_was_off() -> None:
    with pytest.raises(KeyError), undisturbed():
        raise KeyError
    assert gc.isenabled()
    gc.disable()
    try:
        with undisturbed():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
