"""Region codes (kode wilayah) of all four levels: provinces, regencies and cities, districts, villages."""
