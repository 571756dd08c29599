"""What all tests share: hypothesis tries the same examples in every run, and time does not fail a test."""

from hypothesis import settings

settings.register_profile("same every time", derandomize=True, deadline=None)
settings.load_profile("same every time")
