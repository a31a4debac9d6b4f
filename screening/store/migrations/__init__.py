"""How the tables came to be, one file a version; read by Alembic, run by `store.database`.

May import: SQLAlchemy and Alembic.
"""
