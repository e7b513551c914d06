"""The BPMN MIWG reference models."""
