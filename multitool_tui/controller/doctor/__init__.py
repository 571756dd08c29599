"""The doctor: what is right and what is missing, said before it is needed. One list of checks, run at once."""
