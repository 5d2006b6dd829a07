"""Good practices and success stories for the public."""
