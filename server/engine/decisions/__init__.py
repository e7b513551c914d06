"""Decision models: read, required in order, and what is wrong with them."""
