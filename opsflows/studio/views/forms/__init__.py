"""What the forms of steps ask for while somebody writes."""
