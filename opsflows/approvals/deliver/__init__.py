"""The sender: takes messages from the outbox (`tell.py` writes them), one at a time, to mail, Slack and Teams."""
