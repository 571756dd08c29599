"""How often the judge is wrong, how fast it is right, and what that costs: seeded simulation, and exact vectors."""
