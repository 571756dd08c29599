"""AWS's wire protocols, seen from the server's side: one file a protocol, shaped by botocore's service models."""
