"""The asyncio supervisor: pollers, one driver a rollout, the log of events. It works without a screen."""
