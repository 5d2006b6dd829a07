"""The public register: search, as it was known on a day, its numbered changes, and downloads."""
