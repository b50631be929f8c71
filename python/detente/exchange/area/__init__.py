"""Area: ground on the ellipsoid that polygons cover, in and out of GeoJSON."""
