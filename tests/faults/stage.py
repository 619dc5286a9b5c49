"""Puts a fault on stage: its server, the URL to fire at, and the environment to do it in."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from .catalogue import PLAIN, PROXY, TLS_PROXY, Fault
from .server import PATH, FaultServer

PROXIED_HOST = "routine.test"  # never resolved: the proxy is asked for it by name


@dataclass(frozen=True, slots=True)
class Stage:
    server: FaultServer
    url: str
    environ: dict[str, str]


class Certificates:
    """An authority that clients trust, and another that they do not."""

    def __init__(self, folder: Path) -> None:
        self._trusted, self._unknown = trustme.CA(), trustme.CA()
        self._folder = folder
        self.bundle = folder / "ca.pem"
        self._trusted.cert_pem.write_to_path(str(self.bundle))

    def hashed_folder(self) -> Path:
        """A folder such as OpenSSL looks in: files named after the hash of a certificate's subject."""
        command = ["openssl", "x509", "-hash", "-noout", "-in", str(self.bundle)]
        name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        folder = self._folder / "hashed"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.0").write_bytes(self.bundle.read_bytes())
        return folder

    def server_context(self, host: str, trusted: bool = True) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (self._trusted if trusted else self._unknown).issue_cert(host).configure_cert(context)
        return context


@contextmanager
def staged(fault: Fault, certificates: Certificates) -> Iterator[Stage]:
    """The fault's server runs within the block; `environ` is to be added to the client's environment."""
    proxied = fault.via in (PROXY, TLS_PROXY)
    host = PROXIED_HOST if proxied else "127.0.0.1"
    certified = fault.host or (PROXIED_HOST if fault.via == PROXY else "127.0.0.1")
    tls = None if fault.via == PLAIN else certificates.server_context(certified, fault.trusted)
    with FaultServer(fault.script, tls=tls, receive_buffer=fault.receive_buffer) as server:
        environ = {} if tls is None else {"SSL_CERT_FILE": str(certificates.bundle)}
        if proxied:
            scheme = "http" if fault.via == PROXY else "https"
            environ["HTTPS_PROXY"] = f"{scheme}://127.0.0.1:{server.port}"
            yield Stage(server, f"https://{host}{PATH}", environ)
        else:
            scheme = "http" if fault.via == PLAIN else "https"
            yield Stage(server, f"{scheme}://{host}:{server.port}{PATH}", environ)
