"""What every service shares: exceptions, options and status codes."""
