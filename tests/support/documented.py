"""Every `multitool` command that README.md and docs/ write, as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / "README.md", ROOT / "CONTRIBUTING.md"),
    *sorted(
        page for page in (ROOT / "docs").glob("**/*.md") if page.name != "cli.md"
    ),  # made of the commands' own help
]
_IN_A_BLOCK = re.compile(r"^(?:    )? *(?:\$ |- run: |run: |- )?(?:exec )?(multitool .*)$", re.MULTILINE)
_BLOCK = re.compile(r"^( *)```\w*\n(.*?)^\1```|((?:^    [^\n]*\n)+)", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`(multitool [^`]+)`(?!`)")
_REMARK = re.compile(r"\s+#.*$")
_ELSEWHERE = re.compile(r"\s*(?:\||[<>]|&&).*$")
_NO_COMMAND = re.compile(r"^multitool\S*[.,:]|^multitool +\d|^multitool \w+,")
"""multitool.toml, line 4: ..., a row of a table of figures, and prose that begins so."""


def commands_of(page: str) -> list[str]:
    """The commands of a page, in its order: in blocks, a line each, without what a pipe does with them; and in text."""
    found = []
    for match in re.finditer(f"{_BLOCK.pattern}|{_INLINE.pattern}", page, re.MULTILINE | re.DOTALL):
        block, inline = match[2] or match[3], match[4]
        if inline:
            found.append(" ".join(inline.split()))
        else:
            found += [
                _ELSEWHERE.sub("", _REMARK.sub("", line)) for line in _IN_A_BLOCK.findall(block.replace("\\\n", " "))
            ]
    return [" ".join(each.split()) for each in found if not _NO_COMMAND.match(each)]


def documented_commands() -> dict[str, list[str]]:
    """Each command, and the pages that write it."""
    found: dict[str, list[str]] = {}
    for page in PAGES:
        if page.exists():
            for command in commands_of(page.read_text(encoding="utf-8")):
                pages = found.setdefault(command, [])
                if page.name not in pages:
                    pages.append(page.name)
    return found
