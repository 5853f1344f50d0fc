"""Where a server is: its URL and token, as links, WebSocket addresses and health requests need them."""

from __future__ import annotations

import http.client
import ipaddress
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._foreign_json import read_json
from stream_viz._numbers import shown

SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
HEALTH_TIMEOUT_S = 1.0
HEALTH_MOST_BYTES = 10_000
EXPECTED = "an address such as 'http://127.0.0.1:8600'"


@dataclass(frozen=True, slots=True)
class Address:
    """One server. `url` has scheme, host, port and a base path, no token and no slash at its end."""

    url: str
    token: str | None = None
    pid: int | None = None
    """Process of a server on this machine; None where it is not known."""
    has_users: bool = False
    """Whether people log in; then the token is for programs."""

    @property
    def link(self) -> str:
        """Return what a person opens; it carries the token, but where people log in."""
        return f"{self.url}/" if self.has_users else self.whole

    @property
    def whole(self) -> str:
        """Return the link for other programs of this user; it carries the token."""
        return f"{self.url}/" if self.token is None else f"{self.url}/?token={urllib.parse.quote(self.token)}"

    @property
    def ingest(self) -> str:
        """Return the WebSocket address of producers, without the token: that goes in a header."""
        return f"ws{self.url.removeprefix('http')}/ingest"

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of a request."""
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}

    @property
    def host(self) -> str:
        """Return the host without brackets."""
        return urllib.parse.urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """Return the port."""
        parts = urllib.parse.urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def is_loopback(self) -> bool:
        """Return whether only programs of this machine reach it."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine and no other reaches it."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def parse_address(url: Any, token: Any, call: str) -> Address:
    """Return the address a person gave; a token in it counts where none is given.

    Raises `OPTION_TYPE`, `OPTION_INVALID`.
    """
    for option, value in (("url", url), ("token", token)):
        if not isinstance(value, str) and (option == "url" or value is not None):
            raise StreamVizTypeError(
                "OPTION_TYPE", f"{call}: {option}= expected a text, got {shown(value)}", option=option
            )
    try:
        parts = urllib.parse.urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise _invalid(call, url, str(error)) from error
    if parts.scheme not in SCHEMES or not parts.hostname or parts.username is not None:
        raise _invalid(call, url, "")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    base = f"{SCHEMES[parts.scheme]}://{host}{'' if port is None else f':{port}'}{parts.path.rstrip('/')}"
    given = urllib.parse.parse_qs(parts.query).get("token", [None])[0]
    return Address(base, token or given)


def _invalid(call: str, url: str, why: str) -> StreamVizValueError:
    return StreamVizValueError(
        "OPTION_INVALID",
        f"{call}: url= expected {EXPECTED}, got {url!r}{f' ({why})' if why else ''}",
        option="url",
        actual=url,
    )


def health(address: Address, *, timeout_s: float = HEALTH_TIMEOUT_S) -> dict[str, Any] | None:
    """Return what a server on this machine says of itself; None where none answers so. No proxy is asked."""
    request = urllib.request.Request(f"{address.url}/api/health", headers=address.headers)  # noqa: S310  http(s) only
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout_s) as response:
            said = read_json(response.read(HEALTH_MOST_BYTES))
    except (OSError, ValueError, http.client.HTTPException):
        return None
    return said if isinstance(said, dict) and said.get("status") == "ok" else None
