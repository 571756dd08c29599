"""A service from a zip file, and its end: what it is made of, made one part after the other, and removed again."""
