"""AWS behind small adapters, and the ledger of every call. Only here are boto3 and aiobotocore imported.

`resources` and `errors` are plain data and cost nothing to import; `session` brings the SDK in.
"""
