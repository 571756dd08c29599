"""Panes and the few other widgets, one a file. Each draws what its view says, line by line."""
