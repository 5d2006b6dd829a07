"""What this service knows of the others: own copies, built from their events."""
