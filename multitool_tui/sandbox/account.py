"""Fill a region with what a scenario says: functions, versions, aliases, traffic, metrics, alarms."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

from multitool_tui.sandbox.apis.destination import Destination
from multitool_tui.sandbox.draw import source
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.fronts import call, put_api
from multitool_tui.sandbox.functions.names import LATEST, Place
from multitool_tui.sandbox.functions.program import program_of
from multitool_tui.sandbox.functions.state import AliasState, Function, Version
from multitool_tui.sandbox.handlers.runs import Runs
from multitool_tui.sandbox.identities.state import EVERYTHING
from multitool_tui.sandbox.metrics.series import MINUTE, Metric
from multitool_tui.sandbox.observability.insight import InsightRule
from multitool_tui.sandbox.observability.state import AnomalyDetector, Observability, Service
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.scenario import AliasSpec, CallSpec, FunctionSpec, Scenario
from multitool_tui.sandbox.services.lambda_.functions import default_configuration
from multitool_tui.sandbox.services.registry import HANDLERS
from multitool_tui.sandbox.traffic.alias_traffic import AliasTraffic
from multitool_tui.sandbox.traffic.api_metrics import ApiMetrics
from multitool_tui.sandbox.traffic.lambda_metrics import LambdaMetrics
from multitool_tui.sandbox.traffic.line import Line
from multitool_tui.sandbox.traffic.rates import Rates
from multitool_tui.sandbox.traffic.routing import Routing, RoutingHistory
from multitool_tui.sandbox.traffic.scenario_metrics import ScenarioMetrics
from multitool_tui.sandbox.traffic.stage_traffic import StageTraffic
from multitool_tui.sandbox.wire.models import operation_model
from multitool_tui.sandbox.wire.validation import validate

_DAY = 86400
_PUBLISHED_EVERY = 3 * _DAY
_CODE_SIZE = (180_000, 4_200_000)


def build(scenario: Scenario, place: Place, seed: int, now: float, alias_lag: float) -> Region:
    """The scenario's own region at `now` (epoch seconds).

    Raises:
        ValueError: in one sentence, when AWS would refuse what the scenario asks for.
    """
    begins = int((now - scenario.history.total_seconds()) // MINUTE) * MINUTE
    traffic: list[Line] = []
    stages: list[StageTraffic] = []
    by_target: dict[tuple[str, str], AliasTraffic] = {}
    sources = (
        _lambda_metrics(scenario, seed, traffic),
        ApiMetrics(seed, stages),
        ScenarioMetrics(seed, scenario.metrics, by_target, begins),
    )
    observability = _observability(scenario, seed)
    region = Region(
        place,
        seed,
        now,
        traffic=traffic,
        stage_traffic=stages,
        sources=sources,
        alias_lag=alias_lag,
        observability=observability,
    )
    _put_roles(region, scenario)
    for spec in scenario.functions:
        for name in _numbered(spec.name, spec.count):
            function = region.functions[name] = _function(region, spec, name, begins)
            for alias, alias_name in _aliases(spec):
                if alias.rate:
                    history, rates = function.routing[alias_name], Rates.always(alias.rate)
                    line = AliasTraffic(
                        seed, spec, name, alias_name, rates, history, begins, now, _running(region, name)
                    )
                    traffic.append(line)
                    by_target[name, alias_name] = line
    for metric in scenario.metrics:
        if metric.function is not None and (metric.function, metric.alias) not in by_target:
            raise ValueError(f"metric {metric.name} counts {metric.function}:{metric.alias}, which has no traffic")
    _put_apis(region, scenario, begins)
    _put_alarms(region, scenario)
    for made in scenario.calls:
        _make(region, made)
    return region


def empty(scenario: Scenario, place: Place, home: Region, now: float) -> Region:
    """Another region of the account that has its `home` elsewhere, at `now` (epoch seconds)."""
    traffic: list[Line] = []
    sources = (_lambda_metrics(scenario, home.seed, traffic),)
    return Region(
        place,
        home.seed,
        now,
        traffic=traffic,
        stage_traffic=[],
        sources=sources,
        observability=Observability(dashboards=home.observability.dashboards),
        identities=home.identities,
    )


def _lambda_metrics(scenario: Scenario, seed: int, traffic: list[Line]) -> LambdaMetrics:
    return LambdaMetrics(
        seed,
        traffic,
        always_executed_version=scenario.executed_version == "always",
        zero_errors=scenario.zero_errors_published,
    )


def _running(region: Region, name: str) -> Callable[[str], Runs | None]:
    """Gives the runs of those versions of a function that can really be run."""

    def running(version: str) -> Runs | None:
        function = region.functions.get(name)
        found = function.version(version) if function else None
        program = program_of(region.place, function, found) if function and found else None
        return region.handlers.runs(program) if program else None

    return running


def _function(region: Region, spec: FunctionSpec, name: str, begins: int) -> Function:
    versions = [_version(region, spec, name, index) for index in range(spec.versions)]
    newest = versions[-1] if versions else _version(region, spec, name, 0)
    latest = replace(newest, name=LATEST, revision_id=region.new_revision())
    function = Function(
        name,
        latest,
        {version.name: version for version in versions},
        next_version=spec.first_version + spec.versions,
        # Nothing has changed since the newest version was published.
        published=(latest, newest.name) if versions else None,
    )
    for alias, alias_name in _aliases(spec):
        revision = region.new_revision()
        function.set_alias(AliasState(alias_name, alias.version, alias.weights, alias.description, revision), begins)
    return function


def _observability(scenario: Scenario, seed: int) -> Observability:
    ids = source(seed, "anomaly detectors")
    rules = [
        InsightRule(
            spec.name,
            spec.enabled,
            spec.key,
            f"/aws/lambda/{spec.function}",
            Metric.of(
                "AWS/Lambda", spec.metric, {"FunctionName": spec.function, "Resource": f"{spec.function}:{spec.alias}"}
            ),
            spec.contributors,
            spec.resource,
            spec.template,
        )
        for spec in scenario.insight_rules
    ]
    return Observability(
        insight_rules={rule.name: rule for rule in rules},
        anomaly_detectors=[
            AnomalyDetector(
                str(uuid.UUID(int=ids.getrandbits(128), version=4)),
                spec.namespace,
                spec.metric,
                spec.dimensions,
                spec.stat,
            )
            for spec in scenario.anomaly_detectors
        ],
        services=[Service(spec.name, spec.environment, spec.function) for spec in scenario.services],
    )


def _version(region: Region, spec: FunctionSpec, name: str, index: int) -> Version:
    version = str(spec.first_version + index)
    configuration = default_configuration(name) | {
        "Runtime": spec.runtime,
        "Handler": "app.handler",
        "Role": region.place.role_arn(spec.roles.get(version, spec.role)),
        "Description": spec.description,
        "Timeout": spec.timeout,
        "MemorySize": spec.memory,
    }
    digest = hashlib.sha256(f"{name}:{version}".encode()).digest()
    size = source(region.seed, "code", name, version).randint(*_CODE_SIZE)
    modified = region.now - (spec.versions - index) * _PUBLISHED_EVERY
    return Version(version, configuration, base64.b64encode(digest).decode(), size, modified, region.new_revision())


def _aliases(spec: FunctionSpec) -> Iterator[tuple[AliasSpec, str]]:
    for alias in spec.aliases:
        for name in _numbered(alias.name, alias.count):
            yield alias, name


def _numbered(name: str, count: int) -> list[str]:
    return [name] if count == 1 else [f"{name}-{number}" for number in range(1, count + 1)]


def _put_roles(region: Region, scenario: Scenario) -> None:
    """The roles that the functions run as. They have been there for long, and may do everything."""
    grant = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [grant]})
    for name in sorted({role for spec in scenario.functions for role in (spec.role, *spec.roles.values())}):
        call(region, "iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=trust)
        call(region, "iam", "AttachRolePolicy", RoleName=name, PolicyArn=EVERYTHING)
        region.identities.roles[name].settles_at = region.now


def _put_apis(region: Region, scenario: Scenario, begins: int) -> None:
    specs = {name: spec for spec in scenario.functions for name in _numbered(spec.name, spec.count)}
    started = region.now

    def new_line(goal: Destination, rates: Rates, via: tuple[object, ...], at: float) -> AliasTraffic:
        qualifier = goal.qualifier or ""
        function = region.functions[goal.function]
        history = function.routing.get(qualifier) or RoutingHistory([Routing(at, qualifier or LATEST)])
        spec = specs.get(goal.function, FunctionSpec(name=goal.function, versions=0))
        since = int(at) // MINUTE * MINUTE
        running = _running(region, goal.function)
        return AliasTraffic(region.seed, spec, goal.function, qualifier, rates, history, since, started, running, via)

    for spec in scenario.apis:
        api = put_api(region, spec)
        for stage in spec.stages:
            if stage.rate:
                line = StageTraffic(region.seed, api, spec.name, stage, spec.verb, spec.path, begins, new_line)
                line.follow(region, begins)
                region.stage_traffic.append(line)


def _make(region: Region, made: CallSpec) -> None:
    """Through the same door as everybody's, as with the alarms."""
    try:
        call(region, made.service, made.operation, **made.parameters)
    except AwsError as error:
        raise ValueError(f"call {made.name}: {error.message}") from error
    except KeyError as missing:
        raise ValueError(f"call {made.name}: the sandbox does not answer {missing}") from None


def _put_alarms(region: Region, scenario: Scenario) -> None:
    """Through the same door as everybody's: what AWS refuses of a caller it refuses of a scenario. Composites go
    last, since they need the others."""
    for alarm in sorted(scenario.alarms, key=lambda alarm: "AlarmRule" in alarm.parameters):
        operation = "PutCompositeAlarm" if "AlarmRule" in alarm.parameters else "PutMetricAlarm"
        parameters = {"AlarmName": alarm.name} | alarm.parameters
        try:
            validate(parameters, operation_model("cloudwatch", operation))
            HANDLERS["cloudwatch"][operation](region, parameters)
        except AwsError as error:
            raise ValueError(f"alarm {alarm.name}: {error.message}") from error
        region.alarms.start_in(alarm.name, alarm.state, alarm.reason, region.now - alarm.since.total_seconds())
