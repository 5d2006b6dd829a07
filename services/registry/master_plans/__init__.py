"""Master plans (RIK): the activities of an agreement's whole period."""
