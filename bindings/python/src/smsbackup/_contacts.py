"""Who is behind a number."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from typing import Protocol, Union

from smsbackup import _native

__all__ = ["AnyContactBook", "Contact", "ContactBook"]


@dataclasses.dataclass(frozen=True)
class Contact:
    """One entry of a contact book.

    >>> import smsbackup
    >>> smsbackup.Contact("Ann Archer", numbers=("+12025550143",), emails=("ann@example.org",)).mail_address
    'ann@example.org'
    """

    name: str | None = None
    """As it is shown."""
    numbers: tuple[str, ...] = ()
    """As written in the book."""
    emails: tuple[str, ...] = ()
    """In the book's order, primary ones first."""
    groups: tuple[str, ...] = ()
    """Titles of the groups it is in."""
    id: int = 0
    """Android's; 0 or less: not a contact of the phone, and mails then show the number only."""

    @property
    def mail_address(self) -> str | None:
        """What stands in From and To: the first Gmail address, else the first that isn't empty."""
        return _native.mail_address(self)


class LooksUp(Protocol):
    """What a contact book of your own must have."""

    def lookup(self, address: str) -> Contact | None:
        """Who is behind a number or sender. None if nobody is known."""


class ContactBook:
    """A contact book in memory, also out of a vCard file. Numbers are found in any spelling.

    A book of your own is any object with `lookup(address)`, which returns a Contact or None, and, if it knows groups in
    another way than by `Contact.groups`, `in_group(contact, group)`.

    >>> import smsbackup
    >>> book = smsbackup.ContactBook([smsbackup.Contact("Ann Archer", numbers=("+49 151 12345678",))])
    >>> book.lookup("0151 12345678").name
    'Ann Archer'
    >>> len(smsbackup.ContactBook.from_vcard("people.vcf"))
    6
    """

    problems: tuple[_native.Problem, ...] = ()
    """Cards or rows of a file that could not be read."""

    def __init__(self, contacts: Iterable[Contact] = ()) -> None:
        self._native = _native.ContactBook()
        for contact in contacts:
            self.add(contact)

    @classmethod
    def from_vcard(cls, path: str | os.PathLike[str]) -> ContactBook:
        """Reads a .vcf file (vCard 2.1, 3.0, 4.0). Raises NotFoundError, StorageError or InputError.

        >>> import smsbackup
        >>> smsbackup.ContactBook.from_vcard("people.vcf").problems
        ()
        """
        book = cls()
        book._native, book.problems = _native.ContactBook.from_vcard_file(os.fspath(path))
        return book

    @classmethod
    def from_database(cls, path: str | os.PathLike[str]) -> ContactBook:
        """Reads a phone's contacts2.db, with the phone's ids and groups; the file is not changed.

        Raises NotFoundError, StorageError or InputError.

        >>> import smsbackup
        >>> smsbackup.ContactBook.from_database("contacts2.db").lookup("0151 12345678").groups
        ('Friends',)
        """
        book = cls()
        book._native, book.problems = _native.ContactBook.from_database_file(os.fspath(path))
        return book

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> ContactBook:
        """Reads a vCard file or a contacts2.db, whichever it is by its content. Raises as those.

        >>> import smsbackup
        >>> len(smsbackup.ContactBook.from_file("people.vcf")), len(smsbackup.ContactBook.from_file("contacts2.db"))
        (6, 1)
        """
        book = cls()
        book._native, book.problems = _native.ContactBook.from_file(os.fspath(path))
        return book

    def add(self, contact: Contact) -> None:
        """Adds a contact; one without an id gets the next free one."""
        self._native.add(contact)

    def lookup(self, address: str) -> Contact | None:
        """Who is behind a number or sender. None if nobody is known."""
        return self._native.lookup(address)

    def __len__(self) -> int:
        return len(self._native)


AnyContactBook = Union[ContactBook, LooksUp]
