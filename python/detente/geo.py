"""WGS 84: geodetic, Earth-centred and local east-north-up coordinates, on columns.

Latitudes and longitudes are in degrees, heights in metres above the ellipsoid (not above the sea
or the ground). Everything agrees with PROJ to well under a millimetre from -10 km to 50,000 km.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.errors import ShapeError

Columns: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def _columns(**values: ArrayLike) -> list[NDArray[np.generic]]:
    """Return one-dimensional columns of one length; a single number serves every row."""
    arrays = [np.atleast_1d(np.asarray(value)) for value in values.values()]
    try:
        return list(np.broadcast_arrays(*arrays))
    except ValueError:
        shapes = ", ".join(
            f"{name} {array.shape}" for name, array in zip(values, arrays, strict=True)
        )
        raise ShapeError(f"the columns must have one length, found {shapes}") from None


def ecef_from_geodetic(
    lat_deg: ArrayLike, lon_deg: ArrayLike, height_m: ArrayLike = 0.0
) -> NDArray[np.float64]:
    """Return Earth-centred Earth-fixed coordinates of geodetic points (EPSG:4979 to EPSG:4978).

    Parameters
    ----------
    lat_deg, lon_deg : (n,) array_like or float
        WGS 84 latitude, -90 to 90, and longitude [°].
    height_m : (n,) array_like or float
        Height above the ellipsoid [m].

    Returns
    -------
    (n, 3) float64
        x, y, z [m].

    Raises
    ------
    SettingError
        A latitude outside ±90°.
    ShapeError, DTypeError, NotFiniteError
        Columns of different lengths, or something other than finite numbers.

    Examples
    --------
    >>> from detente import geo
    >>> geo.ecef_from_geodetic(0.0, [0.0, 90.0]).round(3) + 0.0
    array([[6378137.,       0.,       0.],
           [      0., 6378137.,       0.]])
    """
    columns = _columns(lat_deg=lat_deg, lon_deg=lon_deg, height_m=height_m)
    return _core.ecef_from_geodetic(*columns)


def geodetic_from_ecef(ecef_m: ArrayLike) -> Columns:
    """Return geodetic coordinates of Earth-centred Earth-fixed points (EPSG:4978 to EPSG:4979).

    Parameters
    ----------
    ecef_m : (n, 3) array_like
        x, y, z [m], each point at least 50 km from the Earth's centre: nearer than that, latitude
        is not defined.

    Returns
    -------
    lat_deg, lon_deg, height_m : (n,) float64
        Latitude and longitude (-180 to 180; 0 on the axis) [°], height above the ellipsoid [m].

    Raises
    ------
    SettingError
        A point nearer to the Earth's centre than 50 km.
    ShapeError, DTypeError, NotFiniteError
        Not (n, 3), or something other than finite numbers.

    References
    ----------
    Bowring, *The accuracy of geodetic latitude and height equations*, Survey Review 28, 1985,
    repeated to convergence.

    Examples
    --------
    >>> from detente import geo
    >>> lat_deg, lon_deg, height_m = geo.geodetic_from_ecef([[0.0, 6378137.0, 0.0]])
    >>> lat_deg, lon_deg, height_m
    (array([0.]), array([90.]), array([0.]))
    """
    return _core.geodetic_from_ecef(ecef_m)


class LocalFrame:
    """A local tangent frame: east, north and up from an origin on or near the Earth.

    The frame is a plane and the Earth is not: 10 km from the origin the sea lies 8 m below the
    plane, at 100 km about 785 m. Where only east and north are known, `geodetic_from_en` finds the
    point at a given height.

    Parameters
    ----------
    lat_deg, lon_deg : float
        WGS 84 latitude, -90 to 90, and longitude of the origin [°].
    height_m : float
        Height of the origin above the ellipsoid [m].

    Raises
    ------
    SettingError
        A latitude outside ±90°, or an origin that is not finite or within 50 km of the Earth's
        centre.

    Examples
    --------
    >>> import detente as dt
    >>> frame = dt.LocalFrame(38.56, 68.77)
    >>> frame.enu_from_geodetic(38.57, 68.78).round(1)
    array([[ 8.7150e+02,  1.1101e+03, -2.0000e-01]])
    """

    def __init__(self, lat_deg: float, lon_deg: float, height_m: float = 0.0) -> None:
        self.lat_deg = float(lat_deg)
        self.lon_deg = float(lon_deg)
        self.height_m = float(height_m)
        self._core = _core.LocalFrame(self.lat_deg, self.lon_deg, self.height_m)

    @property
    def compiled(self) -> _core.LocalFrame:
        """Its compiled half."""
        return self._core

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LocalFrame) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        return f"LocalFrame({self.lat_deg}, {self.lon_deg}, {self.height_m})"

    def enu_from_geodetic(
        self, lat_deg: ArrayLike, lon_deg: ArrayLike, height_m: ArrayLike = 0.0
    ) -> NDArray[np.float64]:
        """Return east, north and up of geodetic points.

        Parameters
        ----------
        lat_deg, lon_deg : (n,) array_like or float
            WGS 84 latitude, -90 to 90, and longitude [°].
        height_m : (n,) array_like or float
            Height above the ellipsoid [m].

        Returns
        -------
        (n, 3) float64
            East, north, up in this frame [m].

        Raises
        ------
        SettingError
            A latitude outside ±90°.
        ShapeError, DTypeError, NotFiniteError
            Columns of different lengths, or something other than finite numbers.
        """
        columns = _columns(lat_deg=lat_deg, lon_deg=lon_deg, height_m=height_m)
        return self._core.enu_from_geodetic(*columns)

    def geodetic_from_enu(self, enu_m: ArrayLike) -> Columns:
        """Return geodetic coordinates of points of this frame.

        Parameters
        ----------
        enu_m : (n, 3) array_like
            East, north, up in this frame [m].

        Returns
        -------
        lat_deg, lon_deg, height_m : (n,) float64
            Latitude and longitude [°], height above the ellipsoid [m].

        Raises
        ------
        SettingError
            A point nearer to the Earth's centre than 50 km.
        ShapeError, DTypeError, NotFiniteError
            Not (n, 3), or something other than finite numbers.
        """
        return self._core.geodetic_from_enu(enu_m)

    def geodetic_from_en(self, en_m: ArrayLike, height_m: ArrayLike = 0.0) -> Columns:
        """Return the points at a given height that have this east and north in the frame.

        Parameters
        ----------
        en_m : (n, 2) array_like
            East, north in this frame [m].
        height_m : (n,) array_like or float
            Height of the points above the ellipsoid [m].

        Returns
        -------
        lat_deg, lon_deg, height_m : (n,) float64
            Latitude and longitude [°], height above the ellipsoid [m].

        Raises
        ------
        SettingError
            No point of that height has this east and north: it is farther out than the Earth.
        ShapeError, DTypeError, NotFiniteError
            Not (n, 2), columns of different lengths, or something other than finite numbers.
        """
        en_m = np.asarray(en_m)
        if en_m.ndim != 2 or en_m.shape[1] != 2:  # noqa: PLR2004 (east and north)
            raise ShapeError(f"en_m must have shape (n, 2), found {en_m.shape}")
        columns = _columns(east_m=en_m[:, 0], north_m=en_m[:, 1], height_m=height_m)
        return self._core.geodetic_from_en(np.column_stack(columns))
