"""From a video to a folder of files: one function, a queue of such jobs, and the processes that work it off.

May import: `pipeline`, `report`, `store` and everything below; SQLAlchemy in `queue` alone.
"""
