"""Metrics: what a series is, where its data comes from, when it becomes visible, and what statistics say of it."""
