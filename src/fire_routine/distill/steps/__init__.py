"""The log's own marks: where a step begins and fails, and how it ended."""
