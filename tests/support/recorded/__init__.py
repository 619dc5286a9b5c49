"""Answers that GitHub really gave, played to the client over HTTP."""
