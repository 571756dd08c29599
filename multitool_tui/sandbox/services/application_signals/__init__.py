"""CloudWatch Application Signals: discovered services, and service level objectives."""
