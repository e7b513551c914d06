"""The tables (ARCHITECTURE section 5); touched by services and queries only."""
