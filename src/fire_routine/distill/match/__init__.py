"""Which rule takes a line: a cheap search for keywords, then regular expressions."""
