"""The four services. They share nothing with each other but events."""
