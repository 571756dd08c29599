"""Requests as the users of a service make them: to a function URL, or to a stage of an API."""
