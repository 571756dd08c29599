"""The table of all rollouts: what is in a row, the order, the filter, and what gives way where there is no room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from multitool_tui.views.dialogs import group_question
from multitool_tui.views.fleet import TABLE, Fleet, Sort, fleet, title
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import width_of
from tests.tui.scenes import NOW, grouped, hostile
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


def test_the_title_counts_what_is_under_way_and_what_is_not_ours() -> None:
    def said(rows: Fleet) -> str:
        return "".join(span.text for span in title(rows, Sort.AGE, ""))

    assert said(found()) == "Rollouts · 9 live · 2 not ours · by age"
    assert said(found(needle="!ours")) == "Rollouts · 9 live · by age"


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


def rows(needle: str = "", *unfolded: str, wave: int | None = 0) -> list[tuple[str, str, str]]:
    shown = fleet(Scene(NOW, grouped(wave)), Sort.TARGET, needle, unfolded).rows
    return [(row.label, row.mark.word, row.step) for row in shown]


def test_a_group_is_one_row_above_all_others() -> None:
    first, second, *_ = rows()
    assert first == ("shop", "wave 1 of 2", "1/4")
    assert second[0] == "checkout:live"
    assert rows(wave=None)[0][1] == "2 under way"


def test_an_unfolded_group_has_its_targets_by_waves_those_not_begun_as_well_and_none_of_them_twice() -> None:
    shown = rows("", "shop")
    assert [(label, state) for label, state, _ in shown[:5]] == [
        ("shop", "wave 1 of 2"),
        ("  1 service-000:live", "shifting"),
        ("  1 service-001:live", "held: drift"),
        ("  2 service-005:live", "promoted"),
        ("  2 invoice-render:beta", "not begun"),
    ]
    assert "service-000:live" not in {label for label, *_ in shown[5:]}


def test_a_filter_finds_groups_and_what_is_in_them() -> None:
    assert [label for label, *_ in rows("group:shop state:held", "shop")] == ["shop", "  1 service-001:live"]
    assert [label for label, *_ in rows("group:shop")] == ["shop"]
    assert rows("search")[0][0] == "search:live"


def test_the_question_before_a_group_is_rolled_back_names_every_target_and_what_becomes_of_it() -> None:
    snapshot = grouped()
    asked = group_question(Scene(NOW, snapshot), snapshot.groups[0])
    assert asked is not None
    question, ids = asked
    assert ids == ("r-0", "r-1", "r-5")
    assert question.facts[1:] == (
        ("service-000:live", "1% on v42 → v41"),
        ("service-001:live", "2% on v42 → v41"),
        ("service-005:live", "promoted: v42 → v41 again"),
    )
    assert "No further wave begins. 1 not begun" in question.sentence


def test_a_group_of_which_nothing_was_begun_has_nothing_to_roll_back() -> None:
    snapshot = replace(grouped(), rollouts=())
    assert group_question(Scene(NOW, snapshot), snapshot.groups[0]) is None
