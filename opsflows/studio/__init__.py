"""Where staff write, try, publish and understand rules."""
