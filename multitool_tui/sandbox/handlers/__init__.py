"""Python functions that are really run: packages, worker processes, and what was seen of them."""
