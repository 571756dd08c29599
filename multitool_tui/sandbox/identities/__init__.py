"""The account's users and roles, which every region shares."""
