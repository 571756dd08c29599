"""What a service is made of in AWS: each part says what it is, looks whether it is there, is made, and is undone."""
