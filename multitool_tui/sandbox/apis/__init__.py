"""REST APIs, their deployments and stages: the state, and how a stage finds the function behind it."""
