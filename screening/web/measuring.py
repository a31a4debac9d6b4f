"""Starting the measuring of a screen, and finding what came out of it.

May import: `jobs`, `store`, `core` and `web.session`.

The job of a screen holds a `screen.toml` as `screening screen` reads it; its key is the key of the screen, so that one
address opens both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from screening.core.settings import DEFAULT_LANGUAGE, TakeOptions
from screening.jobs.queue import Job, new_secret
from screening.store import PersonRecord, ScreenRecord, Store, TakeRecord
from screening.web.session import LOCAL, Site

SCREEN_FILE: Final = "screen.toml"


def start_measuring(
    site: Site, screen: ScreenRecord, key: str, *, who: str = LOCAL, language: str = DEFAULT_LANGUAGE
) -> str:
    """Queue all films of a screen that say what they show; return the job's id. Reports are in `language`.

    An earlier job of the screen that still waits or runs is stopped.
    """
    before = job_of(site, screen)
    if before is not None and not before.state.is_over:
        site.queue.cancel(before)
    job_id = new_secret()
    folder = site.queue.folder(job_id)
    folder.mkdir(parents=True, mode=0o700)
    (folder / SCREEN_FILE).write_text(screen_toml(site.store, screen, _link_films(site.store, screen, folder)), "utf-8")
    site.queue.submit(job_id, key, video=SCREEN_FILE, options=TakeOptions(language=language), screen=screen.id)
    site.store.screens.set_job(screen.id, job_id, who=who)
    return job_id


def job_of(site: Site, screen: ScreenRecord) -> Job | None:
    """Give the job that measures this screen, None if there is none."""
    return site.queue.get(screen.job) if screen.job else None


def _films(store: Store, screen: ScreenRecord) -> list[TakeRecord]:
    """Give the films whose view was declared."""
    return [take for take in store.takes.of_screen(screen.id) if take.view is not None and take.video]


def _link_films(store: Store, screen: ScreenRecord, folder: Path) -> dict[str, str]:
    """Lay links to the films into the job's folder; a link holds no film that would outlive its erasure."""
    links = {}
    for take in _films(store, screen):
        path = store.takes.video(take)
        if path is not None:
            links[take.id] = f"{take.name}{path.suffix}"
            (folder / links[take.id]).symlink_to(path.absolute())
    return links


def screen_toml(store: Store, screen: ScreenRecord, videos: Mapping[str, str]) -> str:
    """Write down a screen as its file: person, answers, and its films, whose paths `videos` holds by take."""
    person = store.people.get(screen.person)
    if person is None:
        raise ValueError(f"screen {screen.id} has no person")
    parts = [_table("person", _person(person)), _table("intake", screen.intake)]
    films = [take for take in _films(store, screen) if take.id in videos]
    parts += [_table("takes", _take(take, videos[take.id]), many=True) for take in films]
    return "\n".join(parts)


def _person(person: PersonRecord) -> dict[str, Any]:
    return {
        "code": person.code,
        "height_cm": person.height_cm,
        "birth_year": person.birth_year,
        "sex": person.sex,
    }


def _take(take: TakeRecord, video: str) -> dict[str, Any]:
    return {
        "video": video,
        "movement": take.movement,
        "lead": take.lead.value if take.lead else None,
        "view": take.view.value if take.view else None,
        "mirrored": take.mirrored,
        "capture_fps": take.capture_fps,
        "pain": take.pain,
    }


def _table(name: str, rows: Mapping[str, Any], *, many: bool = False) -> str:
    head = f"[[{name}]]" if many else f"[{name}]"
    return "\n".join([head, *(f"{key} = {_value(value)}" for key, value in rows.items() if value is not None), ""])


def _value(value: Any) -> str:
    r"""One value as TOML writes it.

    Examples
    --------
    >>> [_value(value) for value in ('a "b"', True, 4, ("x", "y"))]
    ['"a \\"b\\""', 'true', '4', '["x", "y"]']
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)
