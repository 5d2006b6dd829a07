"""What an organisation says of itself, and what the ministry has confirmed of it, field by field."""
