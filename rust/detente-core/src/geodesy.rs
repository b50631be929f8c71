//! WGS 84: geodetic, Earth-centred and local east-north-up coordinates.
