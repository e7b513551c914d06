"""What is done to a task or a case: each verb said once, for the pages and for the API."""
