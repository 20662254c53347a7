"""Small helpers around the messages of the API."""
