"""What a file is refused with."""

from records.errors import Invalid


class BadFile(Invalid):
    """A file that is not kept, and why, in one sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__({"upload": [sentence]})
