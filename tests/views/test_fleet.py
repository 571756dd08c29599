"""The table of all rollouts: what is in a row, the order, the filter, and what gives way where there is no room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from multitool_tui.views.fleet import TABLE, Fleet, Sort, fleet
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import width_of
from tests.tui.scenes import NOW, hostile
from tests.tui.scenes import fleet as many


def found(sort: Sort = Sort.ATTENTION, needle: str = "", count: int = 9) -> Fleet:
    return fleet(Scene(NOW, many(count)), sort, needle)


def states(rows: Fleet) -> list[str]:
    return [row.mark.word for row in rows.rows]


def test_what_needs_an_operator_comes_first_and_what_has_ended_last() -> None:
    order = states(found())
    assert order[:3] == ["rolling back", "held: drift", "held: drift"]
    assert order[-1] == "promoted"


def test_a_rollout_that_another_machine_drives_is_known_by_its_mark_on_the_alias() -> None:
    [row] = found(needle="driver:ann").rows
    assert (row.target, row.versions, row.wanted, row.driver) == ("search:live", "v103 → v104", 0.05, "ann@laptop")


def test_weights_without_a_mark_are_nobodys_of_ours() -> None:
    assert [row.target for row in found(needle="ours").rows] == ["checkout:live", "invoice-render:live"]


@pytest.mark.parametrize("sort", Sort)
def test_sorting_loses_no_row(sort: Sort) -> None:
    assert {row.target for row in found(sort).rows} == {row.target for row in found().rows}
    assert found(sort).total == 12


def test_sorting_by_harm_puts_the_worst_first_and_the_unknown_last() -> None:
    harms = [row.harm for row in found(Sort.HARM).rows]
    known = [harm for harm in harms if harm is not None]
    assert known == sorted(known, reverse=True)
    assert harms[len(known) :] == [None] * (len(harms) - len(known))


@pytest.mark.parametrize("width", [20, 40, 76, 100, 130, 200])
@pytest.mark.parametrize("snapshot", [many(), hostile()])
def test_rows_and_heading_fit_their_screen(width: int, snapshot: object) -> None:
    rows = fleet(Scene(NOW, snapshot), Sort.ATTENTION).rows  # type: ignore[arg-type]
    assert rows
    assert all(width_of(TABLE.draw(row, width)) <= width for row in rows)
    assert width_of(TABLE.heading(width, Sort.AGE)) <= width


def test_the_narrowest_screen_keeps_state_target_and_weight() -> None:
    assert {one.title for one in TABLE.fitting(40)} == {"state", "target", "wanted"}
    assert {one.title for one in TABLE.fitting(76)} == {"state", "target", "wanted", "harm", "age"}


def test_nothing_is_known_before_the_first_snapshot() -> None:
    assert fleet(Scene(NOW), Sort.TARGET) == Fleet()


def test_a_row_changes_with_its_rollout_alone() -> None:
    before = found(Sort.TARGET).rows
    snapshot = many()
    moved = replace(snapshot.rollouts[0], rollout=replace(snapshot.rollouts[0].rollout, wanted=0.5))
    after = fleet(Scene(NOW, replace(snapshot, rollouts=(moved, *snapshot.rollouts[1:]))), Sort.TARGET).rows
    assert [one.target for one, two in zip(before, after, strict=True) if one != two] == ["service-000:live"]
