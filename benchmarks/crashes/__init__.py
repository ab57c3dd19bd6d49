"""Kills the real process again and again under load and in bad weather, then looks whether anything was lost, doubled or left lying.

python -m benchmarks.crashes [--kills 500] [--seed 1] [--residents 24] [--database sqlite|URL] [--cold] [--json]

"""
