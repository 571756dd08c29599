"""Telling people and other systems what was decided: beside the rollouts, and never in their way."""
