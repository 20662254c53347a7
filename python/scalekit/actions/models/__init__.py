"""The models of ``client.actions``. Import them from :mod:`scalekit.actions.types`."""
