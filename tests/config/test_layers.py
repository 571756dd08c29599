"""Defaults, environments and groups: which key counts, and where its mistakes are told to be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from multitool_tui.config import ManifestError, check_manifest
from multitool_tui.config.reading import read_manifest
from multitool_tui.rollout.plan import Plan

SHOP = """\
[defaults]
alias = "live"
strategy = "Canary10Percent10Minutes"
freeze = ["Fri 16:00 - Mon 08:00 Europe/Berlin"]
[defaults.analysis]
period = "5m"
seal_after = "3m"
[rollouts.search]
function = "search"
[rollouts.checkout]
function = "checkout"
steps = [{ weight = 5, bake = "5m" }]
[rollouts.checkout.analysis]
period = "60s"
[groups.shop]
rollouts = [["search"], ["checkout"]]
[groups.flat]
rollouts = ["checkout", "search"]
[environments.staging.defaults]
freeze = []
strategy = "AllAtOnce"
[environments.production.defaults]
production = true
[environments.production.rollouts.checkout]
strategy = "adaptive"
"""


def _plan(environment: str | None, name: str) -> Plan:
    return read_manifest(SHOP, environment=environment).plans()[name][1]


def test_a_rollouts_own_keys_come_before_the_defaults() -> None:
    assert read_manifest(SHOP).plans()["search"][0] == "search:live"
    search, checkout = _plan(None, "search"), _plan(None, "checkout")
    assert (search.strategy, checkout.strategy) == ("Canary10Percent10Minutes", "own steps")
    assert search.freeze == checkout.freeze == ("Fri 16:00 - Mon 08:00 Europe/Berlin",)
    assert (search.analysis.period, checkout.analysis.period) == (timedelta(minutes=5), timedelta(minutes=1))
    assert checkout.analysis.seal_after == timedelta(minutes=3)


def test_an_environments_defaults_come_before_the_defaults_but_after_a_rollouts_own_keys() -> None:
    assert (_plan("staging", "search").strategy, _plan("staging", "checkout").strategy) == ("AllAtOnce", "own steps")
    assert _plan("staging", "checkout").freeze == ()


def test_an_environments_word_on_a_rollout_comes_before_everything() -> None:
    checkout = _plan("production", "checkout")
    assert (checkout.strategy, checkout.production) == ("adaptive", True)
    assert not _plan(None, "checkout").production


def test_a_default_for_ramps_is_none_for_steps() -> None:
    text = (
        "[defaults.analysis]\nbudget = 5\n[rollouts.a]\nfunction = 'a'\nalias = 'live'\n"
        "[rollouts.b]\nfunction = 'b'\nalias = 'live'\nstrategy = 'AllAtOnce'\n"
    )
    plans = read_manifest(text).plans()
    assert plans["a"][1].ramp
    assert plans["a"][1].ramp.budget == 5
    assert plans["b"][1].ramp is None


def test_groups_have_waves_and_stand_for_their_targets() -> None:
    manifest = read_manifest(SHOP)
    assert manifest.waves("shop") == (("search",), ("checkout",))
    assert manifest.waves("flat") == (("checkout", "search"),)
    assert manifest.targets_of("flat") == ("checkout:live", "search:live")
    with pytest.raises(ValueError, match=r"no group 'shp' in the manifest: there is shop, flat"):
        manifest.waves("shp")


_A = "[rollouts.a]\nfunction = 'a'\nalias = 'live'\n"

WRONG = {
    "a group of what is no rollout": (
        _A + "[groups.g]\nrollouts = ['a', 'b']",
        None,
        "line 4: groups.g has 'b', which is no rollout; the nearest one is a.",
    ),
    "a rollout twice": (_A + "[groups.g]\nrollouts = [['a'], ['a']]", None, "line 4: groups.g has 'a' more than once."),
    "an empty group": (_A + "[groups.g]\nrollouts = []", None, "line 5: groups.g.rollouts names no rollout."),
    "an empty wave": (
        _A + "[groups.g]\nrollouts = [['a'], []]",
        None,
        "line 5: groups.g.rollouts has an empty wave.",
    ),
    "a group that is a number": (
        _A + "[groups.g]\nrollouts = 1",
        None,
        "line 5: groups.g.rollouts should be an array, not 1.",
    ),
    "a group without rollouts": (_A + "[groups.g]\n", None, "line 4: groups.g.rollouts is missing."),
    "a group's name that is a rollout's": (
        _A + "[rollouts.b]\nfunction = 'b'\nalias = 'live'\n[groups.a]\nrollouts = ['b']",
        None,
        "line 7: groups.a has the name of a rollout: give the group another.",
    ),
    "a strange group": (
        _A + "[groups.'a b']\nrollouts = ['a']",
        None,
        'line 4: groups."a b" is no name for a group: letters, digits, - and _ only.',
    ),
    "a misspelt key of a group": (
        _A + "[groups.g]\nrollout = ['a']",
        None,
        "line 5: groups.g.rollout is not a key; the nearest one is rollouts.",
    ),
    "a misspelt default": (
        "[defaults]\nalais = 'live'\n" + _A,
        None,
        "line 2: defaults.alais is not a key; the nearest one is alias.",
    ),
    "a default of the wrong kind": (
        "[defaults]\nalarms = 'x'\n" + _A,
        None,
        'line 2: defaults.alarms should be an array, not "x".',
    ),
    "two plans in the defaults": (
        "[defaults]\nstrategy = 'AllAtOnce'\nsteps = [{ weight = 5, bake = '5m' }]\n" + _A,
        None,
        "line 3: defaults.steps and strategy exclude each other: keep one of the two.",
    ),
    "a default that does not suit a rollout": (
        "[defaults]\ndeadline = '5m'\n" + _A,
        None,
        "line 2: defaults.deadline, as rollouts.a has it, comes before the shortest bake is over: it takes 15m.",
    ),
    "no alias anywhere": ("[rollouts.a]\nfunction = 'a'", None, "line 1: rollouts.a.alias is missing."),
    "a misspelt key in an environment": (
        _A + "[environments.p.rollouts.a]\nstratgy = 'AllAtOnce'",
        None,
        "line 5: environments.p.rollouts.a.stratgy is not a key; the nearest one is strategy.",
    ),
    "an environment of what is no rollout": (
        _A + "[environments.p.rollouts.ab]\nalias = 'x'",
        None,
        "line 4: environments.p has 'ab', which is no rollout; the nearest one is a.",
    ),
    "an environment that does not suit": (
        _A + "[environments.p.rollouts.a]\ndeadline = '1m'",
        "p",
        "line 5: environments.p.rollouts.a.deadline, as rollouts.a has it, comes before the shortest bake is over: "
        "it takes 15m.",
    ),
    "an environment that is not there": (_A, "p", "multitool.toml has no environment 'p': it has none."),
    "another environment": (
        _A + "[environments.staging]",
        "stagin",
        "multitool.toml has no environment 'stagin': there is staging.",
    ),
    "a freeze that is none": (
        _A + "freeze = ['soon']",
        None,
        "line 4: rollouts.a.freeze[1]: 'soon' is no freeze: write it like \"Fri 16:00 - Mon 08:00 Europe/Berlin\", "
        '"22:00 - 06:00 UTC" or "2026-12-21 - 2027-01-03".',
    ),
    "a freeze on the moon": (
        _A + "freeze = ['22:00 - 06:00 Moon/Tranquility']",
        None,
        "line 4: rollouts.a.freeze[1]: '22:00 - 06:00 Moon/Tranquility': there is no time zone Moon/Tranquility: IANA "
        "calls them like Europe/Berlin.",
    ),
    "a webhook's address in the manifest": (
        _A + "[notifications.slack]\nwebhook_env = 'https://hooks.slack.com/services/T/B/x'",
        None,
        "line 5: notifications.slack.webhook_env names no environment variable: a secret itself does not belong here.",
    ),
    "no address at all": (
        _A + "[[notifications.webhooks]]\non = ['start']",
        None,
        "line 4: notifications.webhooks[1].url is missing: give url or url_env, one of the two.",
    ),
    "an address in the clear": (
        _A + "[[notifications.webhooks]]\nurl = 'http://example.com/hook'",
        None,
        "line 5: notifications.webhooks[1].url should begin with https:// (or http:// on this machine).",
    ),
    "a password in an address": (
        _A + "[[notifications.webhooks]]\nurl = 'https://me:secret@example.com/hook'",
        None,
        "line 5: notifications.webhooks[1].url has a password in it: name a variable in url_env instead.",
    ),
    "a moment that is none": (
        _A + "[notifications.desktop]\non = ['end']",
        None,
        "line 5: notifications.desktop.on[1] should be 'start', 'gate', 'rollback', 'promote' or 'hold', not \"end\".",
    ),
    "production is a word": (
        _A + "production = 'yes'",
        None,
        'line 4: rollouts.a.production should be true or false, not "yes".',
    ),
}


@pytest.mark.parametrize(("text", "environment", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_where_it_stands(text: str, environment: str | None, sentence: str) -> None:
    with pytest.raises(ManifestError) as error:
        read_manifest(text, environment=environment)
    where = "" if sentence.startswith("multitool.toml") else "multitool.toml, "
    assert str(error.value) == f"{where}{sentence}"


def test_a_check_tells_all_that_is_wrong_in_every_environment(tmp_path: Path) -> None:
    file = tmp_path / "multitool.toml"
    file.write_text(_A + "[environments.p.rollouts.a]\ndeadline = '1m'\n[environments.q.defaults]\ndeadline = '2m'\n")
    assert [(problem.line, problem.column, problem.key) for problem in check_manifest(file)] == [
        (5, 1, "environments.p.rollouts.a.deadline"),
        (7, 1, "environments.q.defaults.deadline"),
    ]
    file.write_text("[rollouts.a]\nfunktion = 'a'\n  deadline = 5\n")
    assert [(problem.line, problem.column) for problem in check_manifest(file)] == [(2, 1), (3, 3)]
    file.write_text("[rollouts.a\n")
    assert [(problem.line, problem.column) for problem in check_manifest(file)] == [(1, 12)]
