"""Loads a region pack and says everything that is wrong with it at once: file, row, reason."""

from app.region_pack.faults import PackError
from app.region_pack.load import load, with_grids, with_imported

__all__ = ["PackError", "load", "with_grids", "with_imported"]
