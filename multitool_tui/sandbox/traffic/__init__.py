"""The requests that reach each alias: who serves them, how they end, and the metrics that AWS would publish of it."""
