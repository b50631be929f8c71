"""Fields: the optional columns of a report, and which of them say who someone is."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Field:
    """One optional column of a report.

    Attributes
    ----------
    meaning : str
        What it holds.
    is_identifying : bool
        Whether it identifies a person, a ship, an aircraft or a phone.
    """

    meaning: str
    is_identifying: bool


FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "call_sign": Field("radio call sign", is_identifying=True),
        "icao": Field("ICAO 24-bit address of an aircraft", is_identifying=True),
        "imei": Field("identity of a phone", is_identifying=True),
        "imo": Field("IMO number of a ship", is_identifying=True),
        "mmsi": Field("maritime mobile service identity", is_identifying=True),
        "name": Field("name of a ship or an aircraft", is_identifying=True),
        "person": Field("name of a person", is_identifying=True),
        "phone": Field("telephone number", is_identifying=True),
        "registration": Field("registration of an aircraft", is_identifying=True),
        "altitude_m": Field("altitude as the object reports it [m]", is_identifying=False),
        "category": Field("kind of ship or aircraft", is_identifying=False),
        "heading_rad": Field("heading, clockwise from north [rad]", is_identifying=False),
        "length_m": Field("length [m]", is_identifying=False),
        "width_m": Field("width [m]", is_identifying=False),
    }
)
"""Every optional field by its name. None leaves unless the terms name it."""
