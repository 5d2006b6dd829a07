"""What is due, when and by which dated rule."""
