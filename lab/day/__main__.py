"""``python -m lab.day``: see ``simulation.py``."""

import sys

from lab.day.simulation import main

sys.exit(main())
