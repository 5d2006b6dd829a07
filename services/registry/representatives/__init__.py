"""The head of an organisation's office in Indonesia."""
