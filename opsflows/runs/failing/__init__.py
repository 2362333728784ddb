"""What follows a run that failed or took too long: who is told (notice.py), and the error workflow (hand_over.py)."""
