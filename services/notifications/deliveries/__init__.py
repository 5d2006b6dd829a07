"""What each subscription is told, numbered without gaps."""
