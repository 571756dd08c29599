"""What the screen says, as plain data: pure functions from a snapshot to lines of text with roles.

No textual here, no I/O, and no clock: `now` is passed in.
"""
