"""Wires the rooms together; contains no rule."""
