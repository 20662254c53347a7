"""Adapters that convert the tools of a user for frameworks and model APIs.

Use them as ``client.actions.langchain``, ``google``, ``openai`` and ``anthropic``.
"""
