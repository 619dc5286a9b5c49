"""May this run be reported at all? Each guard forbids it for its own reason."""
