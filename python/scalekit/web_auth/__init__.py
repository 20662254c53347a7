"""Login and sessions of web applications, and bearer tokens of APIs.

:mod:`scalekit.frameworks` has the adapters for Flask, FastAPI and Django. This module has their
options, sessions and stores. :class:`WebAuth` and :class:`BearerAuth` are for other frameworks.
"""

from __future__ import annotations

from scalekit.web_auth._bearer import BearerAuth as BearerAuth
from scalekit.web_auth._bearer import BearerOptions as BearerOptions
from scalekit.web_auth._bearer import BearerOutcome as BearerOutcome
from scalekit.web_auth._bearer import TokenRequirements as TokenRequirements
from scalekit.web_auth._driver import LoginOptions as LoginOptions
from scalekit.web_auth._driver import Requirements as Requirements
from scalekit.web_auth._driver import WebAuth as WebAuth
from scalekit.web_auth._driver import WebAuthOptions as WebAuthOptions
from scalekit.web_auth._outcome import AuthError as AuthError
from scalekit.web_auth._outcome import Outcome as Outcome
from scalekit.web_auth._outcome import Session as Session
from scalekit.web_auth._outcome import WebResponse as WebResponse
from scalekit.web_auth._stores import AsyncSessionStore as AsyncSessionStore
from scalekit.web_auth._stores import DjangoCacheStore as DjangoCacheStore
from scalekit.web_auth._stores import MemoryStore as MemoryStore
from scalekit.web_auth._stores import RedisStore as RedisStore
from scalekit.web_auth._stores import SessionStore as SessionStore
