"""Tests of the screen, with a controller that is only played."""
