"""Who does what where: per region and sector, where several work at once and where nobody does."""
