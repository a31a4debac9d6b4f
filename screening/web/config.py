"""How Streamlit is set up, and who may reach the page.

May import: `core`.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path
from typing import Any, Final

from screening.core.errors import UsageError
from screening.core.settings import DEFAULTS

#: Says that a page without passwords may be reached from other machines.
OPEN_VARIABLE: Final = "SCREENING_I_KNOW_THIS_IS_OPEN"
DATA_VARIABLE: Final = "SCREENING_DATA"
LOCAL_NAMES: Final = ("127.0.0.1", "localhost")

#: The same as in `.streamlit/config.toml`, which an installed package does not have. The colours are the report's.
STREAMLIT: Final[dict[str, Any]] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.showSidebarNavigation": False,
    "client.toolbarMode": "minimal",
    "server.address": DEFAULTS.web.host,
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.port": DEFAULTS.web.port,
    "server.showEmailPrompt": False,
    "theme.showWidgetBorder": True,
    "theme.dark.backgroundColor": "#12171e",
    "theme.dark.linkColor": "#8cc2f8",
    "theme.dark.primaryColor": "#2f75b5",
    "theme.dark.secondaryBackgroundColor": "#1a212b",
    "theme.dark.textColor": "#e8edf3",
    "theme.light.backgroundColor": "#f6f7f9",
    "theme.light.linkColor": "#0b5394",
    "theme.light.primaryColor": "#0b5394",
    "theme.light.secondaryBackgroundColor": "#ffffff",
    "theme.light.textColor": "#1a2330",
}


def data_folder() -> Path:
    """Folder of videos and results: SCREENING_DATA, or the usual place for a user's data."""
    told = os.environ.get(DATA_VARIABLE)
    if told:
        return Path(told).expanduser().absolute()
    home = os.environ.get("XDG_DATA_HOME")
    base = Path(home) if home and Path(home).is_absolute() else Path.home() / ".local" / "share"
    return base / "movement-screen"


def is_local(host: str | None) -> bool:
    """Whether only this machine can reach a server at this address.

    Examples
    --------
    >>> [is_local(host) for host in ("127.0.0.1", "localhost", "0.0.0.0", None)]
    [True, True, False, False]
    """
    return host in LOCAL_NAMES


def check_host(host: str | None, *, allow_open: bool) -> None:
    """Refuse to be reached from other machines, unless somebody insists.

    Raises
    ------
    UsageError
        If the address is not this machine's own.
    """
    if not is_local(host) and not allow_open:
        raise UsageError(
            f"The address {host or '0.0.0.0'} lets other machines in, and this page has no log-in.",
            hint=f"Use --host {DEFAULTS.web.host}, set up a log-in ([auth] in .streamlit/secrets.toml), or add "
            "--i-know-this-is-open if the network is yours alone.",
        )


def check_port(host: str, port: int) -> None:
    """Say in two lines that a port is taken, before anything starts.

    Raises
    ------
    UsageError
        If nobody can listen there.
    """
    family = socket.AF_INET6 if _is_ipv6(host) else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as err:
            raise UsageError(
                f"Port {port} of {host} cannot be used: {err}.",
                hint="Close the other program that uses it, or name another port, for example --port 8601.",
            ) from err


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False
