"""The command line: `python -m app …`. Arguments in, an exit status out; what the commands do lives in their own modules."""

from app.cli.main import main

__all__ = ["main"]
