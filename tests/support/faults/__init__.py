"""An endpoint that breaks in every way a network can, and the catalogue of those ways."""
