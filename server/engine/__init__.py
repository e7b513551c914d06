"""The only package that imports SpiffWorkflow and V8; others see the engine through its port."""
