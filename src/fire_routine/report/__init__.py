"""The outcome, wherever people and workflows look: outputs, job summary, annotation, comment, exit code."""
