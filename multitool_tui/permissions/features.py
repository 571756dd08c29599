"""The features that permissions are for."""

from __future__ import annotations

from multitool_tui.permissions.row import Feature

WATCH = Feature("watch", "Watch functions, aliases, traffic and alarms", ("multitool", "multitool demo"))
RUN = Feature("run", "Release a version on an alias", ("multitool, key n", "multitool run", "multitool resume"))
PUBLISH = Feature("publish", "Publish a zip file as a new version, and release it", ("multitool run --zip",), (RUN,))
REPLAY = Feature("replay", "Judge a past rollout from CloudWatch", ("multitool replay FUNCTION:ALIAS",))
DOCTOR = Feature("doctor", "Say what is right and what is missing", ("multitool doctor",), includes=(WATCH,))
KEYS = Feature("keys", "Look after the caller's access keys", ("multitool doctor keys",))
SETUP = Feature("setup", "Make a function and what is around it", ("multitool setup",))
TEARDOWN = Feature("teardown", "Remove what setup has made", ("multitool teardown",))

# What follows is not there yet: the ledger's rows say what it will need.
SMOKE = Feature("smoke", "Try the new version before it gets traffic", ())
STAGES = Feature("stages", "Release on an API Gateway stage", ())
ALARMS = Feature("alarms", "Read an alarm's history, and create one", ())
METRICS = Feature("metrics", "Browse metrics", ())
DASHBOARDS = Feature("dashboards", "Read and write dashboards", ())
ANNOTATIONS = Feature("annotations", "Write the rollout's own metrics", ())
STREAMS = Feature("streams", "Manage metric streams", ())
INSIGHTS = Feature("insights", "Read insight rules and their reports", ())
ANOMALIES = Feature("anomalies", "Read anomaly detectors", ())
OBJECTIVES = Feature("objectives", "Read and create service level objectives", ())
TAGS = Feature("tags", "Read and write tags", ())
WIRING = Feature("wiring", "Read and change event sources, function URLs and asynchronous invocation", ())
RUNTIME = Feature("runtime", "Keep the runtime of both versions the same", ())
DOMAINS = Feature("domains", "Read and change custom domains in front of a stage", ())
