"""Why a file's content is refused."""


class Refused(Exception):
    """The content is not what it must be; the text goes on where `the file` stands."""
