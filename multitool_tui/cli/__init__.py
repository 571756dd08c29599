"""The command line. Importing it, or printing `--help`, loads neither Textual nor the AWS SDK."""

from multitool_tui.cli.root import main

__all__ = ["main"]
