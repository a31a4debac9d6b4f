"""A throw-away PostgreSQL: a cluster of its own in a temporary folder, reached through a socket there alone."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

#: Where files lie in memory: waiting for a disk is most of what a database does.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
_FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nlisten_addresses = ''\nautovacuum = off\n"


def programs():
    """Folder of Debian's newest PostgreSQL; without one the tests are skipped, or fail where nothing may be skipped."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    reason = "no PostgreSQL: install Debian's package postgresql"
    if os.environ.get("SCREENING_REQUIRE_ALL"):
        pytest.fail(reason)
    pytest.skip(reason)
    return None


def _run(*command):
    """Run as a user that PostgreSQL accepts: anybody but root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=60, cwd="/")
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"


@contextmanager
def cluster():
    """Start it; give the folder of its socket; stop and remove it."""
    tools = programs()
    home = Path(tempfile.mkdtemp(prefix="pg-", dir=MEMORY))
    data = home / "data"
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(home, user.pw_uid, user.pw_gid)
    home.chmod(0o755)
    try:
        _run(tools / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"{_FAST}unix_socket_directories = '{home}'\n")
        _run(tools / "pg_ctl", "-D", data, "-w", "-t", "30", "-l", home / "log", "start")
        try:
            yield home
        finally:
            _run(tools / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def url(home, name):
    """Address of one database of the cluster."""
    return f"postgresql://tester@/{name}?host={home}"


def execute(home, *statements, name="postgres"):
    """Run statements in one of the cluster's databases, outside of any transaction."""
    with psycopg.connect(f"host={home} user=tester dbname={name}", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
