"""Measurements, always as a ratio to a floor taken in the same run. See docs/performance.md."""
