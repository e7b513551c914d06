"""Who there is, who signs in, and what two persons decide about both."""
