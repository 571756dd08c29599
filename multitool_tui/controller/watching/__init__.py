"""What is asked of AWS again and again: targets, minutes and alarms. Each module has the `poll` of one feed."""
