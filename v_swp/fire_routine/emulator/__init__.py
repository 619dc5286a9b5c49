"""The services the action speaks to, on loopback: for the demo, for trying a workflow, for tests."""
