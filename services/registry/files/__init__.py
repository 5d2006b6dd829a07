"""Evidence files of organisations: sent in parts, looked into before they are kept, read by those whom they concern."""
