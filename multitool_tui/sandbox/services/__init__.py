"""The operations: one function each, from decoded parameters to a decoded result."""
