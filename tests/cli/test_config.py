"""`multitool config`: what is wrong with a manifest, its schemas, and a first one made of the account."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from multitool_tui.cli import main
from multitool_tui.cli.exits import Exit
from multitool_tui.config import load_manifest, manifest_schema
from multitool_tui.config.first import first_manifest
from multitool_tui.tui.preferences.model import preferences_schema
from multitool_tui.views import event_lines
from tests.cli.test_shells import shells


def _check(folder: Path, text: str, *options: str) -> tuple[int, str]:
    file = folder / "m.toml"
    file.write_text(text)
    done = CliRunner().invoke(main, ["config", "check", str(file), *options])
    return done.exit_code, done.output.replace(str(file), "m.toml")


def test_a_check_says_what_is_in_order(tmp_path: Path) -> None:
    text = "[rollouts.a]\nfunction = 'a'\nalias = 'live'\n[environments.p]\n"
    assert _check(tmp_path, text) == (0, "m.toml is in order: 1 rollout, 1 environment.\n")


def test_a_check_says_every_mistake_with_line_and_column(tmp_path: Path) -> None:
    code, said = _check(tmp_path, "[rollouts.a]\nfunktion = 'a'\n  deadline = 5\n")
    assert code == Exit.USAGE
    assert said == (
        "m.toml:2:1: rollouts.a.funktion is not a key; the nearest one is function.\n"
        'm.toml:3:3: rollouts.a.deadline should be a duration in quotes, like "5m".\n'
        "multitool: m.toml: 2 mistakes.\n"
    )


def test_a_check_as_json_is_one_object_for_each(tmp_path: Path) -> None:
    code, said = _check(tmp_path, "[rollouts.a]\nfunktion = 'a'\n", "--json")
    assert code == Exit.USAGE
    found = json.loads(said.splitlines()[0])
    assert (found["line"], found["column"], found["key"]) == (2, 1, "rollouts.a.funktion")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["config", "check", str(tmp_path / "none.toml")])
    assert done.exit_code == Exit.USAGE
    assert "none.toml cannot be read: No such file or directory." in done.output


@pytest.mark.parametrize(
    ("what", "schema"),
    [
        ([], manifest_schema()),
        (["events"], event_lines.schema()),
        (["preferences"], preferences_schema()),
    ],
)
def test_the_schemas_are_printed(what: list[str], schema: dict[str, object]) -> None:
    done = CliRunner().invoke(main, ["config", "schema", *what])
    assert (done.exit_code, json.loads(done.output)) == (0, schema)


def test_preferences_are_checked_and_a_first_file_of_them_is_written_without_asking_anybody(tmp_path: Path) -> None:
    file = tmp_path / "new" / "preferences.toml"

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["--preferences", str(file), "config", *words])
        return done.exit_code, done.output.replace(str(file), "p.toml")

    code, said = run("init", "--preferences")
    assert (code, said) == (0, "p.toml has every key as a remark. Next: take a # away, and start again.\n")
    assert run("check", "--preferences") == (0, "p.toml is in order.\n")
    assert run("init", "--preferences")[0] == Exit.USAGE
    file.write_text('theme = "nihgt"\n')
    code, said = run("check", "--preferences")
    assert code == Exit.USAGE
    assert said.startswith("p.toml:1:1: theme is 'nihgt', which is no theme; the nearest one is ")


def test_a_first_manifest_has_each_alias_and_the_alarms_of_its_name(tmp_path: Path) -> None:
    aliases = [("a", "live"), ("a-b", "live"), ("c", "beta"), ("AllAtOnce", "live")]
    file = tmp_path / "multitool.toml"
    file.write_text(first_manifest(aliases, ["a-errors", "a-b-errors", "abc"], "1/eu-west-1"))
    rollouts = load_manifest(file).rollouts
    assert [keys.target for keys in rollouts.values()] == ["a:live", "a-b:live", "c:beta", "AllAtOnce:live"]
    assert [keys.alarms for keys in rollouts.values()] == [("a-errors",), ("a-b-errors",), (), ()]


async def test_init_asks_the_account_and_writes_over_nothing(tmp_path: Path) -> None:
    async with shells(tmp_path) as s:
        code, said = await s.run("config", "init")
        assert code == 0
        assert "multitool.toml has" in said
        manifest = load_manifest(tmp_path / "multitool.toml")
        assert manifest.rollouts["checkout"].target == "checkout:live"
        code, said = await s.run("config", "init")
        assert code == Exit.USAGE
        assert "is there already" in said
        code, said = await s.run("config", "init", "--filter", "nothing-like-it", "--force")
        assert code == Exit.REFUSED
        assert "No function with 'nothing-like-it' in its name has an alias" in said
