"""What we know of each vendor: how it signs, what it sends. No Django, no ORM; see README.md."""
