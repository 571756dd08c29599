"""The ledger says of each action of the policy what it is for, and says so truly."""

from __future__ import annotations

import json
from functools import cache

import botocore.session
import pytest
from botocore.model import ServiceModel

from multitool_tui.permissions import features
from multitool_tui.permissions.features import WATCH
from multitool_tui.permissions.ledger import FEATURES, LEDGER, USED, needed
from multitool_tui.permissions.row import Access, Feature, Row
from tests.data import DOCUMENT

SERVICES = ("lambda", "cloudwatch", "application-signals", "apigateway", "iam")


@cache
def model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def row_named(row: Row) -> str:
    return row.action


def test_the_ledger_has_the_policy_s_actions_in_its_order() -> None:
    [statement] = json.loads(DOCUMENT.read_text())["Statement"]
    assert [row.action for row in LEDGER] == statement["Action"]


@pytest.mark.parametrize("row", LEDGER, ids=row_named)
def test_each_row_names_what_it_is_for_or_why_it_is_for_nothing(row: Row) -> None:
    for operation in row.operations:
        assert operation.name in model(operation.service).operation_names
    assert row.operations or row.note.endswith(".")
    assert row.now or not row.operations
    assert all(feature.where for feature in row.now)


def test_nothing_is_left_for_later() -> None:
    """All but these nine do something for an operator; these no program can call."""
    assert [row.action for row in LEDGER if not row.now] == [
        "apigateway:*",
        "apigateway:SetWebACL",
        "cloudwatch:GenerateQuery",
        "cloudwatch:GetServiceData",
        "cloudwatch:GetTopologyDiscoveryStatus",
        "cloudwatch:GetTopologyMap",
        "cloudwatch:ListEntitiesForMetric",
        "lambda:DisableReplication",
        "lambda:EnableReplication",
    ]
    assert [each for each in vars(features).values() if isinstance(each, Feature)] == list(FEATURES.values())


@pytest.mark.parametrize("row", [row for row in LEDGER if not row.operations], ids=row_named)
def test_no_public_operation_stands_behind_the_others(row: Row) -> None:
    name = row.action.partition(":")[2]
    assert not [service for service in SERVICES if name in model(service).operation_names]


@pytest.mark.parametrize(
    "row",
    [row for row in LEDGER if row.action.startswith("apigateway:") and row.action.partition(":")[2].isupper()],
    ids=row_named,
)
def test_an_action_of_api_gateway_is_the_verb_of_its_operations(row: Row) -> None:
    verbs = {model("apigateway").operation_model(each.name).http["method"] for each in row.operations}
    assert verbs == {row.action.partition(":")[2]}


def test_watching_only_reads() -> None:
    assert needed([WATCH])
    assert all(row.reads for row in needed([WATCH]))


def test_what_changes_something_is_not_called_reading() -> None:
    for row in LEDGER:
        verb = row.action.partition(":")[2]
        if row.access in (Access.LIST, Access.READ):
            assert verb.startswith(("Get", "GET", "List", "Describe", "Generate"))


def test_each_feature_of_today_is_needed_by_itself() -> None:
    assert list(FEATURES)[:2] == ["watch", "run"]
    assert set(FEATURES.values()) == {feature for row in LEDGER for feature in row.now}
    assert [row.action for row in needed(FEATURES.values())] == [row.action for row in USED]
