"""The track of a licence at the Ministry of Foreign Affairs: a mirror of what that ministry does, read only."""
