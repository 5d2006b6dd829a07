"""The story of twelve partners, played through the services' HTTP APIs only and checked as it goes."""
