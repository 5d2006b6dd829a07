"""Which national priorities and development goals an activity serves, in which of its years, and why that is so."""
