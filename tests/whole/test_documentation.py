"""The pages of the documentation lead to each other, in the repository and on the site that is made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from multitool_tui.views.actions import ACTIONS
from tests.support.documented import ROOT

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]


def _text(page: Path) -> str:
    return re.sub(r"^( *)```.*?^\1```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the repository's host and the site make them."""
    headings = re.findall(r"^#+ (.*)$", _text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", _text(page)):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        there = (page.parent / name) if name else page
        assert there.exists(), link
        assert not anchor or anchor in _anchors(there), link
        assert page.parent != DOCS or there.resolve().is_relative_to(DOCS), f"{link} is not on the site"


def _named(nav: list[Any]) -> Iterator[str]:
    for entry in nav:
        for value in entry.values():
            yield from [value] if isinstance(value, str) else _named(value)


def test_the_site_leads_to_every_page() -> None:
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert sorted(_named(site["nav"])) == sorted(page.name for page in DOCS.glob("*.md"))


def test_every_action_of_the_screen_is_documented_with_its_key() -> None:
    rows = re.findall(r"^\| (`.+?`) \| `(\w+)` \|", (DOCS / "keys.md").read_text(encoding="utf-8"), re.MULTILINE)
    documented = {name: re.findall(r"`(.+?)`", keys) for keys, name in rows}
    assert {action.name for action in ACTIONS} <= documented.keys()
    assert [each.name for each in ACTIONS if not {each.key, each.shown} & set(documented[each.name])] == []
