"""The Rongcuo server: layers as in docs/explanation/architecture.md."""
