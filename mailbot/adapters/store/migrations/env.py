"""Alembic's door: the connection comes from ``mailbot.adapters.store.database``."""

from alembic import context

from mailbot.adapters.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
