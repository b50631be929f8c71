"""The preset of aircraft that report themselves."""

from __future__ import annotations

import math

from detente.births import Birth
from detente.errors import SettingError
from detente.motion import ConstantVelocity
from detente.presets.preset import Preset
from detente.presets.reporters import checked_std, reporters, survival

REGION_M2 = 8e10  # what a few receivers hear, 160 km around


def adsb(*, blind: bool = False, std_m: float | None = None, area_m2: float = REGION_M2) -> Preset:
    """Return the preset of ADS-B positions: one aircraft is one track per flight.

    The ICAO address is the key, unless `blind`. An aircraft sends its position twice a second
    (ICAO Annex 10), so a silence means that nobody hears it. A track ends after ten minutes, in
    which no aircraft lands, turns round and takes off again; without the address after two, since
    by then another one may be there.

    Parameters
    ----------
    blind : bool
        Track by place and time alone.
    std_m : float, optional
        Standard deviation of a position, each way [m], instead of 400 m.
    area_m2 : float
        How large the region is in which thirty aircraft are expected [m²].

    Raises
    ------
    SettingError
        `std_m` or `area_m2` is not positive.
    """
    if not (math.isfinite(area_m2) and area_m2 > 0.0):
        raise SettingError(f"area_m2 must be positive, found {area_m2}")
    return Preset(
        name="adsb",
        # an airliner turns at 3 m/s² for half a minute, and seldom
        motion=ConstantVelocity(axes=2, acceleration_psd=20.0),
        birth=Birth(
            rate_density=100 / 3600 / area_m2,  # a hundred come in an hour
            initial_density=30 / area_m2,  # thirty are there at the start
            velocity_std_m_s=150.0,  # they cruise at 230 m/s in any direction
        ),
        # the place is good to 50 m but the time of a row often to a second or two only, which at
        # 230 m/s is 400 m; aircraft keep more than 5 km apart or fly at other heights
        sensors=reporters(
            "adsb",
            checked_std(std_m, 400.0),
            velocity_std_m_s=10.0,
            # in a hole of the coverage there are no reports: known by its address an aircraft is
            # waited for
            rate_per_s=1 / 60 if blind else 1 / 120,
        ),
        survival_per_s=survival(1800.0),  # half an hour to cross the region
        longest_silence_s=120.0 if blind else 600.0,
        identity_error=None if blind else 0.0,
        fastest_m_s=1000.0,  # thrice the speed of sound
        slack_m=5000.0,  # rows may repeat a position for some seconds
        cutoff_m=2000.0,
        score_step_s=10.0,
        longest_gap_s=60.0,
    )
