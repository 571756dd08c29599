"""Alarms: when a metric alarm fires, what a composite makes of others, and what their history says."""
