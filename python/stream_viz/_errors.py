"""Errors as typed values: a stable code, words for people, details for programs."""

from __future__ import annotations


class StreamVizError(Exception):
    """Base of every error raised here; `code` never changes its meaning, `details` says what was expected and given."""

    code: str
    details: dict[str, object]

    def __init__(self, code: str, message: str, **details: object) -> None:
        """Keep the code and details beside the message."""
        super().__init__(message)
        self.code = code
        self.details = details


class StreamVizTypeError(StreamVizError, TypeError):
    """A value of the wrong type in a call."""


class StreamVizValueError(StreamVizError, ValueError):
    """A value out of range or contradicting another one in a call."""
