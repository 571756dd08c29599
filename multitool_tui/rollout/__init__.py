"""The rollout as a state machine without I/O: plans, events in, effects out, receipts. No clock, no asyncio."""
