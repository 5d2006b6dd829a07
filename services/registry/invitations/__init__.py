"""Invitations to act for an organisation: whoever is invited accepts or refuses. Nobody is made a member unasked."""
