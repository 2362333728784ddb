"""Ready flows to begin with: what the product brings, and what an account keeps as its own."""
