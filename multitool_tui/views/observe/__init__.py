"""The tabs of what AWS keeps about the target, as they are drawn."""
