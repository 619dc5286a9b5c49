"""Lines that explain nothing, regardless of their words."""
