"""The lines that are kept, and those that fit into a budget."""
