"""The companions that the manifest asks for: notifications and telemetry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from multitool_tui.cli.exits import Exit, Failure

if TYPE_CHECKING:
    from multitool_tui.config import Manifest
    from multitool_tui.config.notifications import NotificationKeys
    from multitool_tui.controller.companion import Companion
    from multitool_tui.controller.notifications.sinks import Sink


def companions_of(manifest: Manifest | None, version: str) -> list[Companion]:
    """What goes along with a supervisor.

    Raises:
        Failure: OpenTelemetry is asked for, and is not installed.
    """
    keys = manifest.notifications if manifest else None
    if keys is None:
        return []
    companions: list[Companion] = []
    if sinks := _sinks(keys):
        from multitool_tui.controller.notifications.notifier import Notifier

        companions.append(Notifier(sinks))
    if keys.opentelemetry:
        try:
            from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter

            from multitool_tui.controller.notifications.telemetry import Telemetry
        except ImportError:
            raise Failure(
                "The manifest asks for OpenTelemetry, which is not installed: pip install 'multitool-tui[otel]'.",
                Exit.USAGE,
            ) from None
        companions.append(Telemetry(OTLPLogExporter(), version))
    return companions


def _sinks(keys: NotificationKeys) -> list[Sink]:
    from multitool_tui.controller.notifications.notice import Moment
    from multitool_tui.controller.notifications.sinks import Desktop, Slack, Webhook

    sinks: list[Sink] = []
    if keys.slack:
        sinks.append(Slack(frozenset(map(Moment, keys.slack.on)), keys.slack.webhook_env))
    for number, hook in enumerate(keys.webhooks, 1):
        moments = frozenset(map(Moment, hook.on))
        sinks.append(Webhook(moments, hook.url, hook.url_env, hook.token_env, f"webhook {number}"))
    if keys.desktop:
        sinks.append(Desktop(frozenset(map(Moment, keys.desktop.on))))
    return sinks
