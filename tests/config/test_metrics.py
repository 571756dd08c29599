"""Metrics of the plan's own in the manifest: what they mean, and what is said of those that mean nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from multitool_tui.config import ManifestError
from multitool_tui.config.reading import read_manifest
from multitool_tui.rollout.metrics import MetricPair, MetricQuery

DOCS = (Path(__file__).parents[2] / "docs" / "manifest.md").read_text(encoding="utf-8")
GROUPED = "SELECT COUNT(a) FROM b GROUP BY c"
HEAD = "[rollouts.checkout]\nfunction = 'checkout'\nalias = 'live'\n[rollouts.checkout.analysis.metrics.orders]\n"
WHERE = "rollouts.checkout.analysis.metrics.orders"


def _stat(metric: str) -> str:
    dimensions = "Dimensions = [{ Name = 'Version', Value = '{version}' }]"
    return f"{{ MetricStat.Metric = {{ Namespace = 'Shop', MetricName = '{metric}', {dimensions} }} }}"


def test_the_documented_metric_is_what_it_says() -> None:
    found = re.search(r"```toml\n([^`]*analysis\.metrics\.orders\][^`]*)```", DOCS)
    assert found
    (_, plan) = read_manifest(found[1]).plans()["checkout"]
    version = (("Version", "{version}"),)
    assert plan.analysis.metrics == (
        MetricPair(
            "orders",
            "bad",
            "total",
            (
                MetricQuery("bad", namespace="Shop", metric="OrdersFailed", dimensions=version),
                MetricQuery("total", "bad + good"),
                MetricQuery("good", namespace="Shop", metric="OrdersPlaced", dimensions=version),
            ),
        ),
    )
    assert plan.settings.metrics == ("orders",)


BAD = {
    f"bad = {_stat('Failed')}": ".total is missing",
    f"bad = {_stat('Failed')}\ntotal = {{ Expression = 'bad + god' }}": (
        ".total names 'god', and the queries beside it are bad"
    ),
    f"bad = {_stat('Failed')}\ntotal = {{ Expression = 'total + bad' }}": (
        ".total names 'total', and the queries beside it are bad"
    ),
    f"bad = {_stat('Failed')}\ntotal = {{ Expresion = 'bad' }}": (
        ".total.Expresion is not a key; the nearest one is Expression"
    ),
    f"bad = {_stat('Failed')}\ntotal = {{}}": ".total should have either MetricStat or Expression",
    f"bad = {_stat('Failed')}\ntotal = {{ Id = 'All', Expression = 'bad' }}": (
        ".total.Id should match pattern '^[a-z][A-Za-z0-9_]*$', not \"All\""
    ),
    f"bad = {_stat('Failed')}\ntotal = {{ Id = 'bad', Expression = '1' }}": (
        ".bad has the Id 'bad', which another query has as well"
    ),
    f"bad = {_stat('Failed')}\ntotal = {{ Expression = \"SEARCH('{{Shop}}', 'Sum')\" }}": (
        ".total.Expression gives several series: SUM(...) makes one of them"
    ),
    f"bad = {_stat('Failed')}\ntotal.Expression = '{GROUPED}'": (
        ".total.Expression gives several series: SUM(...) makes one of them"
    ),
    f"bad = {_stat('Failed')}\ntotal = {{ Expression = 'SUM(METRICS())' }}": (
        ".total.Expression has METRICS(), which would take in what other rollouts ask for: name the queries instead"
    ),
    f"bad = {_stat('Failed')}\ntotal = {_stat('All').replace('version', 'versoin')}": (
        " has the placeholder {versoin}; there is {function}, {alias}, {version}"
    ),
    f"bad = {_stat('Failed')}\ntotal = {_stat('All').replace('version', 'stage')}": (
        " has the placeholder {stage}; there is {function}, {alias}, {version}"
    ),
    f"bad = {_stat('Failed').replace('{version}', '42')}\ntotal = {{ Expression = 'bad' }}": (
        ".bad would be the same for both versions: put {version} into its queries"
    ),
    f"bad = {_stat('Failed')}\ntotal = {_stat('All')}\nqueries = [{_stat('Other')}]": (
        ".queries has a query without Id, which no expression can name"
    ),
    f"bad = {_stat('Failed')}\ntotal = {{ MetricStat.Stat = 'Sum' }}": ".total.MetricStat.Metric is missing",
    f"bad = {_stat('Failed')}\ntotal = {{ AccountId = '12', Expression = 'bad' }}": (
        ".total.AccountId should match pattern '^[0-9]{12}$', not \"12\""
    ),
}


@pytest.mark.parametrize(("keys", "sentence"), BAD.items(), ids=list(BAD.values()))
def test_a_metric_that_cannot_be_asked_for_is_one_sentence_with_its_key(keys: str, sentence: str) -> None:
    with pytest.raises(ManifestError) as error:
        read_manifest(HEAD + keys)
    assert re.sub(r"^multitool\.toml, line \d+: ", "", str(error.value)) == f"{WHERE}{sentence}."


def test_a_name_and_their_number_are_bounded() -> None:
    pair = f"{{ bad = {_stat('Failed')}, total = {_stat('All')} }}"
    head = "[rollouts.checkout]\nfunction = 'checkout'\nalias = 'live'\n[rollouts.checkout.analysis.metrics]\n"
    with pytest.raises(
        ManifestError, match=r"metrics\.\"a b\" is no metric's name: up to 40 letters, digits, - and _\.$"
    ):
        read_manifest(f"{head}'a b' = {pair}")
    with pytest.raises(ManifestError, match=r"metrics has more than 5 entries\.$"):
        read_manifest(head + "\n".join(f"m{number} = {pair}" for number in range(6)))


def test_behind_a_stage_there_are_other_placeholders() -> None:
    stage = "[rollouts.shop]\nstage = { api = 'shop', stage = 'prod' }\n[rollouts.shop.analysis.metrics.orders]\n"
    keys = f"bad = {_stat('Failed').replace('version', 'stage')}\ntotal = {{ Expression = 'bad' }}"
    assert read_manifest(stage + keys).plans()["shop"][1].settings.metrics == ("orders",)
    with pytest.raises(
        ManifestError, match=r"has the placeholder \{alias\}; there is \{api\}, \{stage\}, \{version\}\.$"
    ):
        read_manifest(stage + keys.replace("{stage}", "{alias}{stage}"))


def test_defaults_may_give_every_rollout_the_same_metric() -> None:
    keys = f"bad = {_stat('Failed')}\ntotal = {_stat('All')}"
    text = f"[rollouts.checkout]\nfunction = 'checkout'\nalias = 'live'\n[defaults.analysis.metrics.orders]\n{keys}"
    assert read_manifest(text).plans()["checkout"][1].settings.metrics == ("orders",)
