from __future__ import annotations

from dataclasses import replace

from app import charts
from tests.app.views.made import NAMES, a_trace


def test_pointer_and_copy_stand_side_by_side_likeliest_on_top() -> None:
    memory, model = charts.distributions(a_trace(), NAMES).data
    assert list(memory.y)[-1] == "4210 Rent"
    assert list(memory.x) == [0.0, 0.1, 0.9]  # 4200 was only pointed at
    assert list(model.x) == [0.2, 0.0, 0.6]
    assert (memory.name, model.name) == ("copied from memory", "pointed at by the model")


def test_at_most_six_accounts_are_shown() -> None:
    many = replace(a_trace(), pointer=tuple((str(i), 0.1) for i in range(9)), copied=())
    assert len(charts.distributions(many, {}).data[0].y) == charts.TOP


def test_long_names_are_cut() -> None:
    ticks = charts.distributions(a_trace(), {"4210": "Miete für unbewegliche Wirtschaftsgüter aller Art"}).data[0].y
    assert ticks[-1].endswith("…")
    assert len(ticks[-1]) == charts.LONGEST_LABEL


def test_gates_have_one_bar_a_line_in_reading_order() -> None:
    bar = charts.gates([a_trace("4210", gate=0.7), a_trace("4210", gate=0.2)]).data[0]
    assert list(bar.y) == ["2  4210", "1  4210"]
    assert list(bar.x) == [0.2, 0.7]


def test_a_repeated_word_keeps_both_columns() -> None:
    trace = replace(a_trace(), words=(("miete", 0.5), ("miete", 0.3), ("büro", 0.2)))
    heat = charts.attention([trace, trace]).data[0]
    assert list(heat.x) == ["0 miete", "1 miete", "2 büro"]
    assert [list(row) for row in heat.z] == [[0.5, 0.3, 0.2]] * 2
