"""Parties that are sure of what they see at once, for tests of what passes between them."""

import detente as dt

FRAME = dt.LocalFrame(37.0, 68.0)


def tracker() -> dt.Tracker:
    """Return a tracker that takes every detection far from the others for an object."""
    return dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
        birth=dt.Birth(rate_density=1e-3, initial_density=1e-3, velocity_std_m_s=5.0),
    )


def party(name: str, frame: dt.LocalFrame | None = FRAME) -> dt.Party:
    """Return a party that has seen nothing yet."""
    sensor = dt.PositionSensor(
        std_m=10.0,
        detection_probability=0.9,
        clutter_density=1e-9,
        coverage=dt.Everywhere(),
    )
    return dt.Party(name, tracker=tracker(), sensor=sensor, frame=frame, secret=bytes(16))
