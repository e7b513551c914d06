"""The engine behind its port: the one place that knows SpiffWorkflow."""
