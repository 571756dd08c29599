"""Which series of CloudWatch the canary of a stage has: it is not in AWS's documentation, so what is there is asked.

Source: CloudWatch API reference, ListMetrics.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from multitool_tui.aws.sources import StageSource
from multitool_tui.aws.translate import aws_errors


async def canary_series(client: Any, source: StageSource) -> StageSource | None:
    """The source with the name under which the canary's requests are counted; None where they are counted nowhere."""
    names = set[str]()
    more: dict[str, str] = {}
    while True:
        with aws_errors():
            page = await client.list_metrics(
                Namespace=source.namespace,
                MetricName="Count",
                Dimensions=[{"Name": "ApiName", "Value": source.api}, {"Name": "Stage"}],
                **more,
            )
            for metric in page.get("Metrics") or ():
                found = {one["Name"]: one["Value"] for one in metric.get("Dimensions") or ()}
                if found.keys() == {"ApiName", "Stage"}:
                    names.add(found["Stage"])
        if not page.get("NextToken"):
            break
        more = {"NextToken": page["NextToken"]}
    usual = f"{source.stage}/Canary"
    # The stage "prod-canary" is another one, and may be there: only what no stage can be called is the canary's.
    like_it = sorted(name for name in names if name.startswith(f"{source.stage}/") and "canary" in name.casefold())
    name = usual if usual in names else next(iter(like_it), None)
    return replace(source, canary=name) if name else None
