"""`python -m app`: the only place where the environment is read, and handed on."""

from __future__ import annotations

import os
import sys

from app.cli import main
from app.region_pack import load

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ, load))
