"""The domain: what a complaint is, who may move it, by when, and who hears of it. No I/O, no framework but `transitions`."""
