"""Distinct failures → the text that is sent, within its budget."""
