"""An OpenTelemetry event for each decision: a log record with an event's name, by the SDK's own OTEL_* variables.

Importing this needs the extra `otel`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.resources import Resource

from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import Receipt, Severity

EVENT = "multitool.decision"
_SEVERITIES = {
    Severity.INFO: SeverityNumber.INFO,
    Severity.GOOD: SeverityNumber.INFO2,
    Severity.WARNING: SeverityNumber.WARN,
    Severity.BAD: SeverityNumber.ERROR,
}
_FAREWELL = 4.0  # seconds of real time for what is still to be exported
_MILLISECONDS = 500  # between two exports


class Telemetry:
    """A companion of the supervisor's; exports in a thread of its own."""

    def __init__(self, exporter: LogRecordExporter, version: str) -> None:
        resource = Resource.create({"service.name": "multitool", "service.version": version})
        self._provider = LoggerProvider(resource, shutdown_on_exit=False)
        self._provider.add_log_record_processor(BatchLogRecordProcessor(exporter, schedule_delay_millis=_MILLISECONDS))
        self._logger = self._provider.get_logger("multitool", version)
        self._listening: _Failures | None = None

    def begin(self, failed: Callable[[str, str], None]) -> None:
        self._listening = _Failures(failed, asyncio.get_running_loop())
        logging.getLogger("opentelemetry").addHandler(self._listening)

    def decided(self, rollout: Rollout, receipt: Receipt, place: str) -> None:
        judgement = receipt.judgement
        attributes: dict[str, Any] = {
            "multitool.rollout": rollout.id,
            "multitool.target": rollout.target,
            "multitool.place": place,
            "multitool.baseline": rollout.baseline,
            "multitool.canary": rollout.canary,
            "multitool.strategy": rollout.plan.strategy,
            "multitool.state": rollout.state.value,
            "multitool.weight": rollout.wanted,
            "multitool.action": receipt.action,
            "multitool.actor": receipt.actor,
            "multitool.verdict": judgement.verdict.value,
            "multitool.harm": judgement.evidence.harm,
            "multitool.safety": judgement.evidence.safety,
            "multitool.canary.invocations": judgement.canary.invocations,
            "multitool.canary.errors": judgement.canary.errors,
            "multitool.baseline.invocations": judgement.baseline.invocations,
            "multitool.baseline.errors": judgement.baseline.errors,
        }
        self._logger.emit(
            LogRecord(
                timestamp=int(receipt.at.timestamp() * 1e9),
                severity_number=_SEVERITIES[receipt.severity],
                body=receipt.reason,
                attributes=attributes,
                event_name=EVENT,
            )
        )

    async def close(self) -> None:
        try:
            await asyncio.wait_for(asyncio.to_thread(self._provider.shutdown), _FAREWELL)
        except TimeoutError:
            pass
        finally:
            if self._listening:
                logging.getLogger("opentelemetry").removeHandler(self._listening)


class _Failures(logging.Handler):
    """Turns what the SDK logs, in whatever thread, into one line of the events."""

    def __init__(self, failed: Callable[[str, str], None], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(logging.WARNING)
        self._failed, self._loop = failed, loop

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - its text may name addresses and headers
        why = "OpenTelemetry could not export an event: look at the OTEL_EXPORTER_OTLP_* variables and the collector."
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._failed, "not exported", why)
