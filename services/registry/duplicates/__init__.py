"""Organisations that may be one and the same: similar names and aliases, equal numbers."""
