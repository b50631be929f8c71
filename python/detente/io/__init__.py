"""Files in, files out: recordings of what sensors saw, and tracks for maps and data frames."""

from detente.io.mot import read_mot, write_mot
from detente.io.read import FORMATS, read
from detente.io.recording import Recording
from detente.io.write import write_csv, write_geojson, write_json, write_parquet

__all__ = [
    "FORMATS",
    "Recording",
    "read",
    "read_mot",
    "write_csv",
    "write_geojson",
    "write_json",
    "write_mot",
    "write_parquet",
]
