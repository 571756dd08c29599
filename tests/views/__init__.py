"""Tests of what the screen says."""
