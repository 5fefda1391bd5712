"""The form of a receipt id: its letters, and the check character that notices a slip of the pen.

Belongs here: what can be said of an id without a store. Does not belong here: minting ids (`evidence.receipts`), or
finding the figure that has one (the dashboard's store). Nothing is imported, because pages and commands both read ids.

An id is ten base-32 characters (Crockford's alphabet, which has no I, L, O or U to misread) and a check character: a
weighted sum in the field of 32 elements, so that any one wrong character and any two swapped ones are noticed.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 11


def multiply(a: int, b: int) -> int:
    """Product in the field of 32 elements (polynomial x^5 + x^2 + 1)."""
    product = 0
    for bit in range(5):
        if b >> bit & 1:
            product ^= a << bit
    for bit in range(8, 4, -1):
        if product >> bit & 1:
            product ^= 0b100101 << (bit - 5)
    return product


def normalise(text: str) -> str:
    """As ids are stored: capitals, no hyphens or spaces, letters that are misread put right (O is 0, I and L are 1)."""
    return text.upper().translate(str.maketrans("OIL", "011", "- "))


def is_receipt(text: str) -> bool:
    """Whether a typed id is whole: right length, letters and check character (case and hyphens do not matter)."""
    plain = normalise(text)
    if len(plain) != LENGTH or any(character not in ALPHABET for character in plain):
        return False
    *digits, check = (ALPHABET.index(character) for character in plain)
    for weight, digit in enumerate(digits, 1):
        check ^= multiply(digit, weight)
    return check == 0
