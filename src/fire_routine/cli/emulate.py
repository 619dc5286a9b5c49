"""`emulate`: the routine endpoint on loopback, until interrupted."""

from __future__ import annotations

import threading
from argparse import Namespace

from .errors import CommandError
from .streams import write


def emulate(arguments: Namespace) -> int:
    from ..emulator import REPLIES, Endpoint

    try:
        with Endpoint(port=arguments.port, announce=write) as endpoint:
            write(f"The routine's endpoint: {endpoint.home}")
            write(f"  ROUTINE_FIRE_URL={endpoint.url} ROUTINE_FIRE_TOKEN={endpoint.token}")
            write(f"  other routines there answer an error: trig_{', trig_'.join(REPLIES)}")
            write("Ctrl-C ends it.")
            threading.Event().wait()
    except BrokenPipeError:  # the reader (`| head`) has seen enough
        raise
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise CommandError(f"--port {arguments.port}: {why}: choose another") from None
    return 0
