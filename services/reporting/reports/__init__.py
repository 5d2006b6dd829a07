"""Semester and annual reports on the activities of the approved work plan."""
