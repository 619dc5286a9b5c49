"""`emulate`: the routine endpoint and a replayed GitHub on loopback, until interrupted."""

from __future__ import annotations

import sys
import threading
from argparse import Namespace

from .errors import CommandError


def emulate(arguments: Namespace) -> int:
    from ..emulator.serve import serve

    try:
        serve(arguments.port, sys.stdout, threading.Event())
    except BrokenPipeError:  # the reader (`| head`) has seen enough
        raise
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise CommandError(f"--port {arguments.port}: {why}: choose another") from None
    return 0
