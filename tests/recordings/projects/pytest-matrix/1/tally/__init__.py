"""Count what is sold at a till."""
