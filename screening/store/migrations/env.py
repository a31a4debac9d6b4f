"""What Alembic runs: all steps on the connection, and inside the transaction, of `store.database`.

May import: Alembic and `store.schema`.
"""

from alembic import context

from screening.store.schema import META

_connection = context.config.attributes["connection"]
# The caller's transaction is the only one, in SQLite too: a killed upgrade leaves the old tables.
context.configure(connection=_connection, target_metadata=META, transactional_ddl=False, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
