"""A Celery application whose broker is a folder."""

from __future__ import annotations

from pathlib import Path

from celery import Celery


def queue_app(folder: Path) -> Celery:
    """Creates the application. A worker and its callers share `folder`."""
    messages, results = folder / "messages", folder / "results"
    for part in (messages, results):
        part.mkdir(exist_ok=True)
    app = Celery("tasks", broker="filesystem://", backend=results.as_uri())
    app.conf.broker_transport_options = {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.05,
    }
    app.conf.broker_connection_retry_on_startup = True
    return app
