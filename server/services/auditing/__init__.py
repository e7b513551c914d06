"""The audit chains taken out of the house, and what comes of walking them."""
