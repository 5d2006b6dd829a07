"""Technique used by every service; nothing in here knows the domain."""
