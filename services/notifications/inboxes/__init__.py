"""What people are told, in Indonesian and English."""
