"""A city's day, played against the whole of the system: residents, officers and workers with habits, and a clock that is moved.

Nothing of the system is replaced but the clock and the far end of the transport: the same wiring as of the process that serves.
"""
