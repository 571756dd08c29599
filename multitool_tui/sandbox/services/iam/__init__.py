"""IAM: roles, and the caller's access keys."""
