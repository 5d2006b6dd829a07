"""Annual work plans (RKT), discussed with every regency (BAP) before the technical unit decides on them."""
