"""The levels of a request: who is asked when, what settles a level, and what follows when a request ends."""
