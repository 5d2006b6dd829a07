"""What this service knows of the registry, from its events: who acts for whom, under which agreement."""
