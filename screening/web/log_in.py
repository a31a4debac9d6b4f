"""How people log in: what `[auth]` and `[roles]` in Streamlit's secrets file say, checked before the page opens.

May import: Streamlit on demand, `core` and `web.config`.

    [auth]                                  # as `st.login` wants it, one provider or several below [auth.NAME]
    redirect_uri = "https://screen.example.org/oauth2callback"
    cookie_secret = "32 or more random characters"
    client_id = "..."
    client_secret = "..."
    server_metadata_url = "https://log-in.example.org/.well-known/openid-configuration"

    [roles]
    admin = ["somebody@example.org"]        # verified addresses or subjects; admins from the first log-in on
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from screening.core.errors import ConfigError
from screening.web.config import LOCAL_NAMES

_NEEDED: Final = ("client_id", "client_secret", "server_metadata_url")
_MIN_SECRET: Final = 32
_CALLBACK: Final = "/oauth2callback"


@dataclass(frozen=True, kw_only=True)
class LogIn:
    """How people log in: names of the providers ("" is the only one), the page's host, and who is admin from the start.

    `admins` holds subjects (`issuer|sub` or `sub`) or e-mail addresses that the provider has verified.
    """

    providers: tuple[str, ...]
    host: str
    admins: frozenset[str] = frozenset()


def read_log_in(told: Mapping[str, Any]) -> LogIn | None:
    """Check what a secrets file says about logging in; None if it says nothing.

    Raises
    ------
    ConfigError
        If something is missing: a page that was meant to be closed must not be open.
    """
    if "auth" not in told:
        return None
    auth = told["auth"]
    if not isinstance(auth, Mapping):
        raise _bad("[auth] is no table", "Write it as the program's documents show it.")
    named = {name: part for name, part in auth.items() if isinstance(part, Mapping) and name != "client_kwargs"}
    sections = named or {"": auth}
    for name, part in sections.items():
        missing = [key for key in _NEEDED if not part.get(key)]
        if missing:
            where = f"[auth.{name}]" if name else "[auth]"
            raise _bad(f"{where} lacks {', '.join(missing)}", "Add them as your log-in service names them.")
    if len(str(auth.get("cookie_secret", ""))) < _MIN_SECRET:
        raise _bad("[auth] cookie_secret is too short", f"Put {_MIN_SECRET} or more random characters there.")
    return LogIn(providers=tuple(sections), host=_host(auth), admins=_admins(told.get("roles", {})))


def _host(auth: Mapping[str, Any]) -> str:
    """Name of the page's own host, from the address to which the log-in service sends people back."""
    address = urlsplit(str(auth.get("redirect_uri", "")))
    is_safe = address.scheme == "https" or (address.scheme == "http" and address.hostname in LOCAL_NAMES)
    if not address.hostname or not is_safe or not address.path.endswith(_CALLBACK):
        hint = f"Give the page's own https address with {_CALLBACK} at its end; http only on this machine."
        raise _bad("[auth] redirect_uri is no such address", hint)
    return address.hostname


def _admins(roles: Any) -> frozenset[str]:
    named = roles.get("admin", []) if isinstance(roles, Mapping) else None
    if not isinstance(named, (list, tuple)) or not all(isinstance(one, str) and one.strip() for one in named):
        raise _bad("[roles] admin is no list of names", 'Write admin = ["somebody@example.org"].')
    return frozenset(one.strip() for one in named)


def _bad(what: str, hint: str) -> ConfigError:
    return ConfigError(f".streamlit/secrets.toml: {what}; the page stays closed.", hint=hint)


@lru_cache(maxsize=1)
def log_in() -> LogIn | None:
    """How people log in at this server, None if nobody does; read once.

    Raises
    ------
    ConfigError
        If the file cannot be read or lacks something, or the library for it is not installed.
    """
    import streamlit as st  # noqa: PLC0415
    from streamlit import config  # noqa: PLC0415

    try:
        found = st.secrets.load_if_toml_exists()
    except (OSError, ValueError) as err:
        raise _bad("it cannot be read", "Correct the file, or remove it if nobody is to log in.") from err
    if not found and any(Path(path).exists() for path in config.get_option("secrets.files")):
        # Streamlit says the same of a file that is not there and of one that it does not understand.
        raise _bad("it cannot be read", "Correct the file, or remove it if nobody is to log in.")
    given = read_log_in(st.secrets.to_dict()) if found else None
    if given is not None and find_spec("authlib") is None:
        raise _bad("logging in needs Authlib", 'Install it: pip install "movement-screen[auth]".')
    return given
