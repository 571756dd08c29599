"""The stream of minutes as JSON lines: what `multitool judge` reads and writes. Text in, text out; no I/O, no clock."""
