"""`singo`, the command line: a client of the services' HTTP APIs, like any other."""
