"""What CloudWatch keeps beside metrics and alarms: dashboards, streams, rules, detectors, services, objectives."""
