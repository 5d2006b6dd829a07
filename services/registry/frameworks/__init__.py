"""Frameworks of priorities: the national medium-term plans and the development goals, each with the years it holds."""
