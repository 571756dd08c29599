"""What every tab promises, whatever it is about."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from multitool_tui.controller.observe.page import Table, Trouble
from multitool_tui.controller.observe.tab import Tab
from multitool_tui.controller.observe.tabs import TABS
from multitool_tui.controller.port import CommandRefused
from multitool_tui.permissions.reading import read_policy
from multitool_tui.sandbox.faults import Fault
from multitool_tui.views.observe.page import lay_out, plain
from multitool_tui.views.text import width_of
from tests.data import DOCUMENT
from tests.observe.visits import LIVE, visit

every_tab = pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
NOTHING = replace(LIVE, function="nothing", canary="")


@every_tab
async def test_all_of_it_works_under_the_policy_of_the_document(tab: Tab) -> None:
    async with visit(policy=read_policy(DOCUMENT.read_text())) as stage:
        assert await stage.through(tab) == []


@every_tab
async def test_a_refusal_names_the_action_in_the_page(tab: Tab) -> None:
    async with visit() as stage:
        stage.sandbox.faults.add(Fault(kind="denied"))
        page = await stage.observatory.load(tab, LIVE)
        troubles = [part.sentence for part in page.parts if isinstance(part, Trouble)]
        assert troubles
        assert all(" is not allowed to the caller." in sentence for sentence in troubles)
        assert all(":" in sentence.split()[0] for sentence in troubles)


@every_tab
async def test_nothing_there_is_said_in_a_sentence(tab: Tab) -> None:
    async with visit() as stage:
        page = await stage.observatory.load(tab, NOTHING)
        for part in page.parts:
            if isinstance(part, Table) and not part.rows:
                assert part.empty.endswith(".")
        assert plain(page)


@every_tab
async def test_read_only_changes_nothing(tab: Tab) -> None:
    async with visit(read_only=True) as stage:
        await stage.observatory.load(tab, LIVE)
        for deed in tab.deeds:
            if deed.changes:
                with pytest.raises(CommandRefused, match="read-only"):
                    await stage.observatory.ask(deed, LIVE, "")
                with pytest.raises(CommandRefused, match="read-only"):
                    await stage.observatory.do(deed, LIVE, "", {})


@every_tab
async def test_no_line_is_wider_than_the_pane(tab: Tab) -> None:
    async with visit() as stage:
        page = await stage.observatory.load(tab, LIVE)
    for width in (36, 58, 78, 200):
        assert all(width_of(one) <= width for one in lay_out(page, width, 20).lines), width


def test_every_tab_and_deed_has_a_name_of_its_own() -> None:
    assert len({tab.name for tab in TABS}) == len(TABS)
    names = [deed.name for tab in TABS for deed in tab.deeds]
    assert len(set(names)) == len(names)
    taken = set("Rqkj")
    for tab in TABS:
        assert not taken & {deed.key for deed in tab.deeds}
        for one, other in combinations(tab.deeds, 2):
            apart = one.of and other.of and not one.of.startswith(other.of) and not other.of.startswith(one.of)
            assert one.key != other.key or apart, (tab.name, one.key)
