"""Request forms: what staff define, what people fill in, and what is sent then."""
