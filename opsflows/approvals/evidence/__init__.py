"""What is kept of everything that happened, and how it is handed over and checked."""
