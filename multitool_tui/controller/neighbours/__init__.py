"""The processes of one user on one machine, among each other: what one of them drives, the others see and steer.

Each process that drives has a Unix socket under the state directory, for its user alone. Over it go JSON lines:

    driver   {"multitool": 1, "version": "0.1.0", "process": 4711, "actor": "ann@laptop"}      at once, unasked
    other    {"ask": "news"}                            or "follow": then one more line of news at every change
    driver   {"at": "...", "place": "...", "rollouts": [...], "entries": [...]}
    other    {"do": "RollBack", "command": {"seen": {...}, "reason": ""}, "actor": "ann@laptop"}
    driver   {"done": "checkout-live-20260105T100000"}  or {"refused": "One sentence.", "taken": false}

A line that is none of these is answered with {"error": "..."}. No credential is ever on this way.
"""
