"""People who act for an organisation, known by the `sub` of their tokens."""
