"""The pages of the example applications. They look the same in all frameworks."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

STYLE = Path(__file__).parents[1].joinpath("style.css").read_text()
MENU = {"/orders": "Orders", "/admin": "Administration"}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Acme</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<header><div><a class="brand" href="/">Acme</a> <nav>{menu}</nav> {button}</div></header>
<main>
<h1>{title}</h1>
<p>{text}</p>
{account}
</main>
</body>
</html>
"""
ACCOUNT = """<dl>
<dt>User</dt><dd>{}</dd>
<dt>Organization</dt><dd>{}</dd>
<dt>Roles</dt><dd>{}</dd>
</dl>
<a href="/login?prompt=select_account">Switch account</a>"""


def page(title: str, text: str, user: Mapping[str, Any] | None) -> str:
    """Returns a page with a menu. `user` has the claims of the signed-in user."""
    current = {True: ' aria-current="page"', False: ""}
    links = [f'<a href="{path}"{current[name == title]}>{name}</a>' for path, name in MENU.items()]
    if user:
        values = (user["sub"], user.get("oid", ""), ", ".join(user.get("roles", [])) or "none")
        account = ACCOUNT.format(*map(escape, values))
        button = '<form method="post" action="/logout"><button>Sign out</button></form>'
    else:
        account = '<a class="button" href="/login">Sign in</a>'
        button = ""
    return PAGE.format(
        title=escape(title),
        text=escape(text),
        style=STYLE,
        menu=" ".join(links),
        account=account,
        button=button,
    )
