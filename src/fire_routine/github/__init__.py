"""GitHub's REST API: requests, and its JSON as the project's nouns."""
