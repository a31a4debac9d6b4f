"""Jobs in the table that no worker ever takes: they are written as they are after a worker has done with them."""

import json
import time

from screening.core.serial import to_plain
from screening.core.settings import TakeOptions
from screening.jobs.queue import new_secret
from screening.store import open_store
from screening.store.schema import JOBS
from screening.store.screens import sha256_of


def put_job(data, state, *, screen="", **told):
    """Put a job into the table in one write, so that it never waits in the queue; gives its id and key."""
    number, key, now = new_secret(), new_secret(), time.time()
    row = {"id": number, "key_sha256": sha256_of(key), "screen": screen, "state": state.value}
    row |= {"video": "screen.toml" if screen else "video/a.mp4", "options": json.dumps(to_plain(TakeOptions()))}
    with open_store(data) as store, store.database.write() as db:
        db.execute(JOBS.insert().values(created_at=now, finished_at=now, **row, **told))
    return number, key
