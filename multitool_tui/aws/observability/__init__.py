"""What CloudWatch and Application Signals keep beside metrics and alarms.

Each function takes a client of a session, reads through every page of a list, and raises the errors of `aws.errors`.
"""
