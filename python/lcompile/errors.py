# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What can go wrong, as exceptions. Their text is that of the runtime or the compiler."""


class Error(RuntimeError):
    """Any error of lcompile. `code` is the `lc_code_t` that it ended with."""

    code = 7


class InvalidArgumentError(Error, ValueError):
    """A wrong count, name, dtype, shape, option or file."""

    code = 1


class OutOfRangeError(Error, IndexError):
    """An index in the data is out of range."""

    code = 2


class ResourceExhaustedError(Error, MemoryError):
    """No memory, or no room on the disk."""

    code = 3


class UnavailableError(Error):
    """This machine lacks an instruction set or a library that the artefact needs."""

    code = 4


class IncompatibleError(Error):
    """The artefact is damaged, or of another version."""

    code = 5


class UnsupportedError(Error, NotImplementedError):
    """The model uses operators that cannot be compiled; the text lists all of them.

    `issues` is a list of dictionaries with the keys op, reason, arguments, node, module, file and line.
    """

    code = 6
    issues: list = []


class InternalError(Error):
    """A bug in lcompile."""

    code = 7


_CLASSES = {
    c.code: c
    for c in (
        InvalidArgumentError,
        OutOfRangeError,
        ResourceExhaustedError,
        UnavailableError,
        IncompatibleError,
        UnsupportedError,
        InternalError,
    )
}


def from_code(code, text):
    """The exception for an `lc_code_t`."""
    return _CLASSES.get(code, InternalError)(text)
