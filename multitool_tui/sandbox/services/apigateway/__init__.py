"""API Gateway's REST APIs: one file for each kind of resource."""
