"""Evidence from minutes, and the verdict on it. Pure: no I/O, no clock; the same minutes give the same answer."""
