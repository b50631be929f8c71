"""Digest: what tells two reports apart, the right to pass them on aside."""

from hashlib import blake2b

import numpy as np

from detente.exchange.report.report import Report


def digest_of(report: Report) -> bytes:
    """Return 16 bytes, the same for reports that say the same and for no others.

    How often a report may still be passed on is no part of it: that differs by the path.
    """
    said = (
        report.origin, report.kind, report.time_ns, report.sequence, report.axes, report.frame,
        report.sensor, report.grid_level, sorted(report.notes.items()),
    )  # fmt: skip
    digest = blake2b(repr(said).encode("utf-8", "backslashreplace"), digest_size=16)
    for held in (report.columns, report.fields):
        for name, values in sorted(held.items()):
            digest.update(repr((name, values.dtype.str, values.shape)).encode("utf-8", "replace"))
            told = np.ascontiguousarray(values).tobytes()
            if values.dtype.hasobject:
                told = repr(values.tolist()).encode("utf-8", "backslashreplace")
            digest.update(told)
    return digest.digest()
