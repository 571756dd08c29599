"""The journal: the durable record of rollouts, in SQLite. No network, no asyncio, and never a credential."""
