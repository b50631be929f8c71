"""Reports are columns that never change."""

import numpy as np
import pytest

import detente as dt
from detente.exchange import Report


def test_a_report_keeps_its_own_copy_and_cannot_be_written() -> None:
    mean = np.zeros((2, 4))
    report = Report.tracks(
        "north", 0, 0, np.arange(2, dtype=np.uint64), mean, np.stack([np.eye(4)] * 2), np.ones(2)
    )
    mean[:] = 7.0
    assert not report.mean.any()
    with pytest.raises(ValueError, match="read-only"):
        report.mean[0, 0] = 1.0
    assert len(report) == 2
    assert report.nbytes == 2 * 8 * (1 + 4 + 16 + 1)


def test_columns_that_do_not_fit_are_refused() -> None:
    with pytest.raises(dt.errors.ShapeError, match=r"cov must have shape \(1, 4, 4\)"):
        Report.tracks(
            "north", 0, 0, np.zeros(1, np.uint64), np.zeros((1, 4)), np.eye(4), np.ones(1)
        )
    with pytest.raises(dt.errors.ShapeError, match=r"existence must have shape \(1,\)"):
        Report.tracks(
            "north", 0, 0, np.zeros(1, np.uint64), np.zeros((1, 4)), np.eye(4)[None], np.ones(2)
        )
