"""What lines have in common: numbers, names and places left out."""
