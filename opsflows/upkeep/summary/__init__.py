"""The daily summary: read once (read.py), shown as a mail and as a page."""
