"""MultiTool: canary releases of AWS Lambda versions, watched and driven in the terminal.

Nothing is imported here: `multitool --help` must not pay for Textual or the AWS SDK.
"""
