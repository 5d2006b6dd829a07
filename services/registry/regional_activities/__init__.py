"""Activities in the regions of which NGOs notify the Minister, and what the regions concerned answer."""
