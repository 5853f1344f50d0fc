"""`python -m stream_viz`: the server in the foreground; `python -m stream_viz doctor`: what works here."""

import sys

from stream_viz._command import main

sys.exit(main(sys.argv[1:]))
