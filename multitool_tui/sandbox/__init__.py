"""A small local AWS with live canary traffic: for demos, for tests, and for trying the product without an account.

Start with `server.Sandbox` and `scenario.load_scenario`; docs/sandbox.md says what it answers and what it leaves out.
"""
