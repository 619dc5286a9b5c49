"""How much a line explains: a number for each line."""
