"""How many random cases a law has: fewer in `npm run check`, hypothesis' own number in `npm test`, on any machine."""

import os

from hypothesis import settings

settings.register_profile("whole", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=25)
settings.load_profile("quick" if "STREAMVIZ_QUICK" in os.environ else "whole")
