"""`[rollouts.NAME.analysis.metrics.METRIC]`: what else is judged, by two queries to CloudWatch.

Source: CloudWatch API reference, MetricDataQuery and MetricStat; CloudWatch user guide, "Using math expressions".
"""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from multitool_tui.config.values import Table
from multitool_tui.rollout.metrics import MetricPair, MetricQuery
from multitool_tui.wrong import wrong

_MOST_QUERIES = 20
_MOST_DIMENSIONS = 30  # of a metric, says CloudWatch
_ID = r"^[a-z][A-Za-z0-9_]*$"
_QUOTED = r"'[^']*'|\"[^\"]*\""
_OF_A_VERSION = {"version", "stage"}


def _expression(text: str) -> str:
    bare = re.sub(_QUOTED, "''", text)
    if re.match(r"\s*SEARCH\s*\(", bare) or re.search(r"\bGROUP\s+BY\b", bare, re.IGNORECASE):
        raise wrong("gives several series: SUM(...) makes one of them")
    if re.search(r"\bMETRICS\s*\(", bare):
        raise wrong("has METRICS(), which would take in what other rollouts ask for: name the queries instead")
    return text


class DimensionKeys(Table):
    """One of `Dimensions`."""

    Name: Annotated[str, Field(min_length=1, description="The dimension's name.")]
    Value: Annotated[str, Field(min_length=1, description="Its value; {version} is that of the version in question.")]


class MetricKeys(Table):
    """`Metric`: which one."""

    Namespace: Annotated[str, Field(min_length=1, description="The namespace of the metric.")]
    MetricName: Annotated[str, Field(min_length=1, description="Its name.")]
    Dimensions: Annotated[
        tuple[DimensionKeys, ...], Field(max_length=_MOST_DIMENSIONS, description="All of its dimensions.")
    ] = ()


class MetricStatKeys(Table):
    """`MetricStat`: a statistic of a metric. Its period is that of the analysis."""

    Metric: MetricKeys
    Stat: Annotated[str, Field(min_length=1, description="The statistic.")] = "Sum"
    Unit: Annotated[str, Field(description="The unit, where the metric has several.")] = ""


class MetricQueryKeys(Table):
    """One metric data query, with the names of its keys as AWS writes them."""

    Id: Annotated[
        str, Field(pattern=_ID, max_length=100, description="By what expressions name it; bad and total have theirs.")
    ] = ""
    MetricStat: Annotated[MetricStatKeys | None, Field(description="A statistic of a metric, or ...")] = None
    Expression: Annotated[
        Annotated[str, AfterValidator(_expression)], Field(description="... metric math over the queries beside it.")
    ] = ""
    AccountId: Annotated[
        str, Field(pattern=r"^[0-9]{12}$", description="The account that has the metric, where it is a linked one.")
    ] = ""

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if (self.MetricStat is None) == (not self.Expression):
            raise wrong("should have either MetricStat or Expression")
        return self

    def query(self, name: str) -> MetricQuery:
        """The query as the plan keeps it; `name` is its id where it has none."""
        stat = self.MetricStat
        if stat is None:
            return MetricQuery(self.Id or name, self.Expression, account=self.AccountId)
        return MetricQuery(
            self.Id or name,
            namespace=stat.Metric.Namespace,
            metric=stat.Metric.MetricName,
            dimensions=tuple((one.Name, one.Value) for one in stat.Metric.Dimensions),
            stat=stat.Stat,
            unit=stat.Unit,
            account=self.AccountId,
        )


class MetricPairKeys(Table):
    """`[rollouts.NAME.analysis.metrics.METRIC]`: so many were bad, of so many."""

    bad: Annotated[MetricQueryKeys, Field(description="How many were bad in a period.")]
    total: Annotated[MetricQueryKeys, Field(description="Of how many.")]
    queries: Annotated[
        tuple[MetricQueryKeys, ...],
        Field(max_length=_MOST_QUERIES, description="What the expressions of the two name beside each other."),
    ] = ()

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        named = self._named()
        ids = [query.id for _, query in named]
        for key, query in named:
            if not query.id:
                raise wrong("has a query without Id, which no expression can name", key)
            if ids.count(query.id) > 1:
                raise wrong(f"has the Id {query.id!r}, which another query has as well", key)
            if query.expression.lstrip().upper().startswith("SELECT"):
                continue
            for name in names_in(query.expression):
                if name not in ids or name == query.id:
                    others = ", ".join(each for each in ids if each != query.id)
                    raise wrong(f"names {name!r}, and the queries beside it are {others}", key)
        if not any(_OF_A_VERSION & placeholders_in(query) for _, query in named):
            raise wrong("would be the same for both versions: put {version} into its queries", "bad")
        return self

    def _named(self) -> list[tuple[str, MetricQuery]]:
        helpers = [("queries", query.query("")) for query in self.queries]
        return [("bad", self.bad.query("bad")), ("total", self.total.query("total")), *helpers]

    @property
    def placeholders(self) -> set[str]:
        """The placeholders in any of its queries."""
        return set().union(*(placeholders_in(query) for _, query in self._named()))

    def pair(self, name: str) -> MetricPair:
        """The metric as the plan keeps it."""
        bad, total, *_ = queries = tuple(query for _, query in self._named())
        return MetricPair(name, bad.id, total.id, queries)


def names_in(expression: str) -> list[str]:
    """The ids of queries that metric math names: all words that begin with a small letter, outside quotes."""
    return re.findall(r"(?<![\w.{])[a-z]\w*", re.sub(_QUOTED, "''", expression))


def placeholders_in(query: MetricQuery) -> set[str]:
    """The placeholders of one query."""
    texts = (query.expression, *(value for _, value in query.dimensions))
    return {name for text in texts for name in re.findall(r"\{([a-z]+)\}", text)}
