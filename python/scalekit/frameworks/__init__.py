"""Adapters of web frameworks: login, sessions and bearer tokens.

``flask``, ``fastapi`` and ``django`` need the extra of the same name, such as
``scalekit-client[flask]``. ``mcp`` protects MCP servers.
"""
