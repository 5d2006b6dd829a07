"""Indonesian organisations with whom an NGO works."""
