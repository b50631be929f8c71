"""The secret of a party: what keys the identities of its tracks."""

from hashlib import blake2b

from detente.errors import SettingError

_LEAST = 16


def id_key_from_secret(secret: bytes, party: str) -> int:
    """Return the key of a party's identities, of 128 bits.

    Parameters
    ----------
    secret : bytes
        At least 16, known to nobody else.
    party : str
        Whose; one secret gives different parties different keys.

    Returns
    -------
    int

    Raises
    ------
    SettingError
        Fewer than 16 bytes.
    """
    is_bytes = isinstance(secret, bytes)  # pyright: ignore[reportUnnecessaryIsInstance] - users may err
    if not is_bytes or len(secret) < _LEAST:
        found = f"{len(secret)} bytes" if is_bytes else type(secret).__name__
        raise SettingError(
            f"secret must be at least {_LEAST} bytes that nobody else knows, found {found}; leave "
            "it out to have them drawn"
        )
    digest = blake2b(party.encode(), key=blake2b(secret).digest(), digest_size=16)
    return int.from_bytes(digest.digest(), "little")
