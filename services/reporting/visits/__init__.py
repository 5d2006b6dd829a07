"""Visits of foreign guests, announced to the regions on the way, which approve, postpone or refuse."""
