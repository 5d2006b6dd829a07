"""Foreign NGOs: application, verification, and what becomes of them."""
