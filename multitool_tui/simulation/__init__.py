"""Rollouts of a simulated service, by this product and by what others do. The only place that imports numpy."""
