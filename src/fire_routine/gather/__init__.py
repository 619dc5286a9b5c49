"""What GitHub knows: which run failed, its jobs, steps, annotations, logs, pull request, last green run."""
