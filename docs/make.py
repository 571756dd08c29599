"""Writes what is generated of the documentation: `python -m docs.make`; `--check` only says which files are stale.

A page has such parts between `<!-- made: NAME -->` and `<!-- end -->`; `FILES` are generated as a whole.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from textwrap import fill
from typing import Any

from docs.man import manual
from docs.reference import command_line, commands, events, exit_codes
from docs.rollouts import STORIES as ROLLOUTS
from docs.rollouts import picture
from multitool_tui import cli
from multitool_tui.cli.completion import script
from multitool_tui.config import manifest_schema
from multitool_tui.permissions.features import RUN, WATCH
from multitool_tui.permissions.ledger import FEATURES, FREE, LEDGER, TRIED, USED, needed
from multitool_tui.permissions.policies import minimal_policy, whole_policy
from multitool_tui.permissions.row import Row, Scope
from multitool_tui.tui.preferences.model import preferences_schema
from multitool_tui.views import event_lines
from tests.permissions.stories import STORIES

HERE = Path(__file__).parent
PAGES = (HERE.parent / "README.md", *sorted(HERE.glob("*.md")))
_PART = re.compile(r"(<!-- made: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def calls() -> str:
    """What watching and a rollout call, as a sentence."""
    rows = [row for row in USED if {WATCH, RUN} & set(row.now)]
    names = [f"`{operation.name}`" for row in rows for operation in row.operations] + [f"`{FREE.name}`"]
    tried = ", ".join(f"`{operation.name}`" for row in TRIED for operation in row.operations)
    return fill(
        f"To watch, and to release a version on an alias, it calls {', '.join(names[:-1])} and {names[-1]}; {tried} is "
        "tried before a start, and done without where it is not allowed. What else a feature calls is in "
        "[docs/permissions.md](docs/permissions.md).",
        120,
    )


def features() -> str:
    """What each feature needs."""
    return table(
        ("feature", "what it does", "where", "actions"),
        (
            (
                f"`{feature.name}`",
                feature.title,
                "; ".join(f"`{each}`" for each in feature.where),
                ", ".join(f"`{row.action}`" for row in needed([feature])),
            )
            for feature in FEATURES.values()
        ),
    )


def ledger() -> str:
    """Every row of the ledger."""
    return table(
        ("action", "access", "operations", "resource", "feature", "where", "test", "remarks"),
        (
            (
                f"`{row.action}`",
                row.access.value,
                _operations(row),
                _resources(row),
                ", ".join(f"`{feature.name}`" for feature in row.now),
                "; ".join(dict.fromkeys(where for feature in row.now for where in feature.where)),
                _test(row),
                _remarks(row),
            )
            for row in LEDGER
        ),
    )


def example() -> str:
    """A minimal policy."""
    scope = Scope(region="eu-west-1", account="123456789012", function="checkout")
    return f"```json\n{json.dumps(minimal_policy(needed([RUN]), scope), indent=2)}\n```"


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, ("---",) * len(heads), *rows))


def _operations(row: Row) -> str:
    return ", ".join(f"{each.service} {each.name}" for each in row.operations) or "none"


def _resources(row: Row) -> str:
    return ", ".join(f"`{shape.template.split(':', 5)[5]}`" for shape in row.shapes) or "`*`"


def _remarks(row: Row) -> str:
    said = []
    if row.when:
        said.append(f"With the condition {row.when.operator} `{row.when.key}`.")
    return " ".join([*said, *([row.note] if row.note else [])])


def _test(row: Row) -> str:
    """Where it is shown that the product calls it, or that nobody can."""
    told = [story.place for story in STORIES if story.feature in row.now]
    if told:
        return ", ".join(f"`{place}`" for place in told)
    return "`test_ledger.py`"


PARTS: dict[str, Callable[[], str]] = {
    "calls": calls,
    "commands": commands,
    "permissions-example": example,
    "permissions-features": features,
    "permissions-ledger": ledger,
}
FILES: dict[Path, Callable[[], str]] = {
    HERE / "policy.json": lambda: _json(whole_policy()),
    HERE / "events.schema.json": lambda: _json(event_lines.schema()),
    HERE / "multitool.1": manual,
    HERE / "cli.md": command_line,
    HERE / "exit-codes.md": exit_codes,
    HERE / "events.md": events,
    **{
        HERE / "completion" / name: partial(script, cli.main, shell)
        for name, shell in (("multitool", "bash"), ("_multitool", "zsh"), ("multitool.fish", "fish"))
    },
    HERE / "manifest.schema.json": lambda: _json(manifest_schema()),
    HERE / "preferences.schema.json": lambda: _json(preferences_schema()),
    **{HERE / "images" / f"rollout-{name}.svg": partial(picture, name) for name in ROLLOUTS},
}


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"


def current(page: Path) -> str:
    """The page with its generated parts as they are to be."""
    return _PART.sub(lambda found: f"{found[1]}\n{PARTS[found['name']]()}\n\n{found[3]}", page.read_text())


def main(arguments: list[str]) -> int:
    """Write what is stale; with `--check`, only name it."""
    wanted = {page: current(page) for page in PAGES} | {file: made() for file, made in FILES.items()}
    stale = [file for file, text in wanted.items() if not file.exists() or file.read_text() != text]
    if "--check" not in arguments:
        for file in stale:
            file.write_text(wanted[file])
    elif stale:
        names = ", ".join(str(file.relative_to(HERE.parent)) for file in stale)
        sys.stderr.write(f"Not current: {names}. Run `python -m docs.make`.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
