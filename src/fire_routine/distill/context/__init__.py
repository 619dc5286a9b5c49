"""The lines around a finding that belong to it."""
