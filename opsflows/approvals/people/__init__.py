"""Who is asked: names looked up, people who are away, and who stands in."""
