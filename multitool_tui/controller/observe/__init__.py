"""What AWS keeps about the target in hand, as tabs: each is read when it is opened, and none is ever polled.

A tab is a title, a function that reads a page, one that opens a row of it, and what can be done from there.
Nothing here is in the way of a rollout: all of it has clients of its own.
"""
