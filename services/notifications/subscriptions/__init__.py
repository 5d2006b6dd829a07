"""What other systems ask to be told of."""
