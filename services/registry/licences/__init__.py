"""Evidence of licences that other bodies issued: permits, registration certificates."""
