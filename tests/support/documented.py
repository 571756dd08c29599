"""Every command that README.md, CONTRIBUTING.md and docs/ write, as it stands there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
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


PROGRAMS = (
    r"(?:aws|curl|pip|sam|zip)(?= )|pipx|mkdocs|python3?|pytest|echo|export|\.ci/run|\.venv/bin/\w+"
    r"|multitool(?! \w+,)(?=[ \n]|$)"
)
"""What a line of the documentation that is to be typed begins with."""
_TYPED = re.compile(rf"(?:- )?(?:run: )?(?:\$ )?(?:exec )?(?P<line>(?:{PROGRAMS})(?: .*)?)$")
_FENCE = re.compile(r"^( *)```(?P<language>\w*)\n(?P<fenced>.*?)^\1```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^\n|\A)(?P<indented>(?:^    [^\n]*\n)+)", re.MULTILINE)
_IN_TEXT = re.compile(rf"(?<!`)`(?P<inline>(?:{PROGRAMS})[^`]*)`(?!`)")
_CONTROL = re.compile(r"[|&<>]+")


@dataclass
class Written:
    """What the blocks of a page say, and the commands in its text."""

    typed: list[str] = field(default_factory=list)
    """Lines that a reader types, whole."""
    shown: list[str] = field(default_factory=list)
    """Paragraphs that nobody types: output, and files in no language that is named."""
    languages: set[str] = field(default_factory=set)
    """Of the other blocks."""


def written_in(page: str) -> Written:
    """All of a page's blocks, and every command in its text."""
    written = Written()
    for fence in _FENCE.finditer(page):
        _read(fence["language"], fence["fenced"], written)
    rest = _FENCE.sub("\n", page)
    for block in _INDENTED.finditer(rest):
        _read("", block["indented"], written)
    written.typed += [" ".join(each["inline"].split()) for each in _IN_TEXT.finditer(_INDENTED.sub("\n", rest))]
    return written


def _read(language: str, block: str, written: Written) -> None:
    lines = [line.strip() for line in block.replace("\\\n", " ").splitlines()]
    found = [match["line"] for line in lines if (match := _TYPED.match(line))]
    if language not in ("", "sh"):
        written.languages.add(language)
        written.typed += found if language == "yaml" else []
    elif any(line.startswith("$ ") for line in lines):  # with what is answered
        written.typed += [match["line"] for line in lines if line.startswith("$ ") and (match := _TYPED.match(line))]
    else:
        for paragraph in "\n".join(lines).strip().split("\n\n"):
            typed = [match["line"] for line in paragraph.splitlines() if (match := _TYPED.match(line))]
            if len(typed) == len(paragraph.splitlines()):
                written.typed += typed
            else:
                written.shown.append(paragraph)


def simple_commands(line: str) -> Iterator[list[str]]:
    """The words of each command of a line of shell, without its remark, and without where it reads and writes."""
    words = shlex.shlex(line, posix=True, punctuation_chars="|&<>")
    words.whitespace_split = True
    words.commenters = ""
    command: list[str] = []
    redirected = False
    for word in words:
        if word.startswith("#"):
            break
        if _CONTROL.fullmatch(word):
            redirected = word[0] in "<>"
            if not redirected:
                yield command
                command = []
        elif redirected:
            redirected = False
        else:
            command.append(word)
    yield command
