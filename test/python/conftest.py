"""The random cases of a law: the same each time, unless STREAMVIZ_SEED is set; fewer of them in `npm run check`."""

import os

from hypothesis import settings

# Other ones with any STREAMVIZ_SEED: `pytest --hypothesis-seed N` says which.
SAME = "STREAMVIZ_SEED" not in os.environ

settings.register_profile("whole", deadline=None, derandomize=SAME)
settings.register_profile("quick", deadline=None, derandomize=SAME, max_examples=25)
settings.load_profile("quick" if "STREAMVIZ_QUICK" in os.environ else "whole")
