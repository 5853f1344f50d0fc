"""`python -m stream_viz doctor`: what works here and what to install."""

import sys

from stream_viz.doctor import main

sys.exit(main(sys.argv[1:]))
