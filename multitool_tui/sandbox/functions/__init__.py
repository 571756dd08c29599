"""Lambda functions, their versions and aliases: the state, and the rules that AWS keeps them by."""
