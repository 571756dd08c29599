"""The ledger's rows, service by service.

Access levels, ARNs and condition keys: Service Authorization Reference. What a request names as its resource: Lambda
developer guide, "Fine-tuning the Resources and Conditions sections of policies".
"""
