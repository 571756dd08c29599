"""Lambda's control plane: functions, versions, aliases."""
