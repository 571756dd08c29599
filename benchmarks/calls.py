"""What live rollouts ask of AWS a minute, and what that costs: `python -m benchmarks.calls [ROLLOUTS ...]`.

For each number of rollouts an account of its own, a little larger, with the screen's own polling; ten minutes of its
clock that begin once all rollouts are live. Counted by the session's ledger, as the requests left.

Prices in USD (CloudWatch pricing, "API requests", us-east-1): 0.01 for 1,000 metrics requested with GetMetricData, of
which none are free; 0.01 for 1,000 other requests to CloudWatch beyond the million a month that is free, and those are
counted here as if they were beyond it. Lambda's control plane and STS cost nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import sys
from collections import Counter
from typing import Any

from benchmarks.account import account, supervisor

SPEEDS = {1: 30.0, 10: 20.0, 200: 2.0}
"""As fast as the clock may run for so many rollouts, with the polling well within its time."""
MORE = 10  # functions than rollouts
PRICE = 0.01 / 1000


async def measure(rollouts: int, speed: float, minutes: float) -> None:
    """Print a line for each operation, and the price of an hour of one rollout."""
    with account(rollouts + MORE, speed) as place:
        async with supervisor(place, rollouts, for_a_screen=True) as opened:
            queries: Counter[str] = Counter()

            def count(params: dict[str, Any], **_: Any) -> None:
                queries["asked"] += len(params["MetricDataQueries"])

            events = opened._session.cloudwatch.meta.events
            events.register("provide-client-params.cloudwatch.GetMetricData", count)
            opened.look_at(None)
            await place.clock.sleep(240)  # until the first minutes of all are sealed
            before, queries["asked"] = Counter(opened._session.ledger.made), 0
            begun = place.clock.now()
            await place.clock.sleep(minutes * 60)
            made = Counter(opened._session.ledger.made) - before
            took = (place.clock.now() - begun).total_seconds() / 60
    sys.stdout.write(f"{rollouts} live rollouts, {took:.1f} minutes\n")
    for (service, operation), calls in sorted(made.items()):
        sys.stdout.write(f"  {service:10} {operation:26} {calls / took:8.2f} a minute\n")
    batches, asked = made["cloudwatch", "GetMetricData"], queries["asked"]
    sys.stdout.write(
        f"  {asked / took:.0f} metrics a minute in {batches / took:.1f} requests; "
        f"at 500 in each they would be {math.ceil(asked / took / 500)}\n"
    )
    others = sum(calls for (service, _), calls in made.items() if service == "cloudwatch") - batches
    hour = 60 / took / rollouts * PRICE
    sys.stdout.write(f"  USD {asked * hour:.4f} a rollout-hour for metrics, {others * hour:.4f} for alarms\n")
    sys.stdout.flush()


def main() -> None:
    """Measure each number in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rollouts", nargs="*", type=int, default=[1, 10, 200])
    parser.add_argument("--minutes", type=float, default=10.0)
    asked = parser.parse_args()
    for rollouts in asked.rollouts:
        speed = next(speed for most, speed in SPEEDS.items() if rollouts <= most)
        asyncio.run(measure(rollouts, speed, asked.minutes))


if __name__ == "__main__":
    main()
