"""The features that permissions are for."""

from __future__ import annotations

from multitool_tui.permissions.row import Feature


def _observed(title: str, name: str) -> tuple[str, ...]:
    """Where something is that has a tab of its own."""
    return (f"multitool, key v, {title}", f"multitool observe TARGET {name}")


WATCH = Feature(
    "watch", "Watch functions, aliases, traffic and alarms", ("multitool", "multitool demo", "multitool config init")
)
RUN = Feature("run", "Release a version on an alias", ("multitool, key n", "multitool run", "multitool resume"))
PUBLISH = Feature("publish", "Publish a zip file as a new version, and release it", ("multitool run --zip",), (RUN,))
REPLAY = Feature("replay", "Judge a past rollout from CloudWatch", ("multitool replay FUNCTION:ALIAS",))
STAGES = Feature("stages", "Release on an API Gateway stage", ("multitool, key n", "multitool run API/STAGE"))
DOCTOR = Feature("doctor", "Say what is right and what is missing", ("multitool doctor",), includes=(WATCH,))
KEYS = Feature("keys", "Look after the caller's access keys", ("multitool doctor keys",))
SETUP = Feature("setup", "Make a function and what is around it", ("multitool setup",))
TEARDOWN = Feature("teardown", "Remove what setup has made", ("multitool teardown",))
SMOKE = Feature(
    "smoke",
    "Try the new version before it gets traffic",
    ("multitool run, with smoke tests in the manifest",),
    includes=(RUN,),
)

ALARMS = Feature("alarms", "Read an alarm's history, and create one", _observed("Alarms", "alarms"))
METRICS = Feature("metrics", "Browse metrics", _observed("Metrics", "metrics"))
DASHBOARDS = Feature("dashboards", "Read and write dashboards", _observed("Dashboards", "dashboards"))
ANNOTATIONS = Feature(
    "annotations", "Write the rollout's own metrics", ("multitool run --annotate", "annotate in the manifest"), (RUN,)
)
ANOMALY_GATE = Feature(
    "anomaly-gate",
    "Hold a canary while its target is unusual",
    ("multitool run --anomaly-gate", "anomaly_gate in the manifest"),
    (RUN,),
)
STREAMS = Feature("streams", "Manage metric streams", _observed("Metric streams", "streams"))
INSIGHTS = Feature("insights", "Read insight rules and their reports", _observed("Insight rules", "insights"))
ANOMALIES = Feature("anomalies", "Read anomaly detectors", _observed("Anomalies", "anomalies"))
OBJECTIVES = Feature("objectives", "Read and create service level objectives", _observed("Objectives", "objectives"))
TAGS = Feature("tags", "Read and write tags", _observed("Tags", "tags"))
WIRING = Feature(
    "wiring", "Read and change event sources, function URLs and asynchronous invocation", _observed("Wiring", "wiring")
)
SETTINGS = Feature("settings", "Read the versions' settings, set the next one's", _observed("Settings", "settings"))
RUNTIME = Feature("runtime", "Keep the runtime of both versions the same", _observed("Runtime", "runtime"))
DOMAINS = Feature("domains", "Read and change custom domains in front of a stage", _observed("Domains", "domains"))
