"""`python -m custos`: the command line."""

import sys

from custos.cli.main import main

sys.exit(main())
