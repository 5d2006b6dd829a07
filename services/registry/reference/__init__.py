"""Lists that everybody refers to: regions, sectors, national priorities, development goals, dated rules."""
