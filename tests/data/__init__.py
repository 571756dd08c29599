"""Documents that tests hold the product against."""

from pathlib import Path

DOCUMENT = Path(__file__).parent / "permissions-document.json"
"""The policy as the product's permissions document has it."""
