"""What pages and programs are shown of cases, and the files in them."""
