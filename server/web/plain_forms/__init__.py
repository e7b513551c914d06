"""A form schema as plain HTML and back: the page that works without JavaScript."""
