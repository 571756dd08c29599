"""Permissions, as plain facts and pure code: what each IAM action is for, and what a policy says of a request.

`ledger` is the one table of actions that everything else reads: the check of the product's own calls, the policies that
`multitool permissions` prints, the sandbox, the documentation. `policy` evaluates a policy as IAM does.
"""
