"""The pages of the Python reference: signatures from the stubs, texts from the docstrings.

`scripts/python_api.py` reads the modules, so that the reference and the checked list of the public
API see the same names.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache

from pages import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import python_api  # noqa: E402

#: The pages with several modules or without a service, by their names: a title and the modules.
PAGES = {
    "client": ("Client", ["scalekit.client", "scalekit.aio", "scalekit.core"]),
    "login": ("Login and tokens", ["scalekit.common.scalekit"]),
    "exceptions": ("Exceptions", ["scalekit.common.exceptions"]),
    "actions": (
        "Agents",
        [
            "scalekit.actions.actions",
            "scalekit.actions.modifier",
            "scalekit.actions.response",
            "scalekit.actions.frameworks.langchain",
            "scalekit.actions.frameworks.google_adk",
            "scalekit.actions.frameworks.openai",
            "scalekit.actions.frameworks.anthropic",
        ],
    ),
    "flask": ("Flask", ["scalekit.frameworks.flask"]),
    "fastapi": ("FastAPI", ["scalekit.frameworks.fastapi"]),
    "django": ("Django", ["scalekit.frameworks.django"]),
    "mcp-servers": ("MCP servers", ["scalekit.frameworks.mcp"]),
    "testing": ("Testing", ["scalekit.testing"]),
    "observability": ("Observability", ["scalekit.observability"]),
}
SECTIONS = ("Args", "Returns", "Raises", "Yields", "Attributes", "Example", "Examples", "Note")
#: The width of a signature on one line.
WIDTH = 80
Function = ast.FunctionDef | ast.AsyncFunctionDef


def pages() -> dict[str, str]:
    """Returns the pages by the names of their files."""
    found = {f"{name}.md": _page(title, modules) for name, (title, modules) in PAGES.items()}
    for attribute, module in sorted(services().items()):
        name = attribute.replace("_", "-")
        found[f"{name}.md"] = _page(f"client.{attribute}", [f"scalekit.{module}"])
    links = [
        f"- [{text.splitlines()[0].removeprefix('# ')}]({name})" for name, text in found.items()
    ]
    index = "# Python reference\n\nThe methods of a service are in two classes: one for"
    index += " `ScalekitClient`, and one with coroutines for `AsyncScalekitClient`. The pages show"
    index += " the former.\n\n" + "\n".join(links) + "\n"
    return {"index.md": index, **found}


def services() -> dict[str, str]:
    """Returns the modules of the services by the attributes of a client."""
    tree = ast.parse((ROOT / "python/scalekit/_clients.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and "SERVICES" in ast.unparse(node):
            table = ast.literal_eval(node.value or node)
            return {attribute: str(entry[0]) for attribute, entry in table.items()}
    raise LookupError("python/scalekit/_clients.py has no table of services")


def _page(title: str, modules: list[str]) -> str:
    parts = [f"# {title}"]
    for module in modules:
        if doc := _docs(module).get("", ""):
            parts.append(_markdown(doc))
        for name, (home, node) in _items(module).items():
            if isinstance(node, ast.ClassDef):
                parts += _class(home, node)
            else:
                parts += _function(home, node, name, 2)
    return "\n\n".join(parts) + "\n"


def _items(module: str) -> dict[str, tuple[str, ast.ClassDef | Function]]:
    """Returns the public classes and functions of a module, with the modules that define them."""
    exported = python_api.exported(module)
    found: dict[str, tuple[str, ast.ClassDef | Function]] = {}
    for name, entry in python_api.definitions(module).items():
        home = module
        while isinstance(entry, tuple) and exported and name in exported:
            if not entry[0].startswith("scalekit"):
                break
            home, name = entry
            entry = python_api.definitions(home).get(name, ("", ""))
        # Classes for asyncio have the same methods.
        twin = name.startswith("Async") and name.removeprefix("Async") in found
        public = name in exported if exported is not None else python_api.is_public(name)
        if not isinstance(entry, tuple) and public and not twin:
            found[name] = (home, entry)
    return found


@cache
def _docs(module: str) -> dict[str, str]:
    """Returns the docstrings of a module by the paths of their objects, such as `Class.method`."""
    path = python_api.SOURCE / module.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    found: dict[str, str] = {}

    def add(node: ast.Module | ast.ClassDef | Function, name: str) -> None:
        if doc := ast.get_docstring(node):
            found.setdefault(name, doc)
        for child in node.body if not isinstance(node, Function) else []:
            if isinstance(child, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                add(child, f"{name}.{child.name}".lstrip("."))

    add(ast.parse(file.read_text(encoding="utf-8")), "")
    return found


def _class(module: str, node: ast.ClassDef) -> Iterator[str]:
    yield f"## {node.name}"
    if doc := _docs(module).get(node.name):
        yield _markdown(doc)
    seen = set()
    for home, owner, member in _members(module, node):
        if member.name not in seen:
            seen.add(member.name)
            yield from _function(home, member, f"{owner}.{member.name}", 3)


def _members(module: str, node: ast.ClassDef) -> Iterator[tuple[str, str, Function]]:
    """Yields the public methods of a class and of its private base classes."""
    for statement in python_api.visible(node.body):
        if isinstance(statement, Function):
            public = not statement.name.startswith("_") or statement.name == "__init__"
            overload = any(ast.unparse(each) == "overload" for each in statement.decorator_list)
            if public and not overload:
                yield module, node.name, statement
    for base in node.bases:
        found = python_api.resolve(module, ast.unparse(base))
        if found and (
            found[1].name.startswith("_") or any(part[:1] == "_" for part in found[0].split("."))
        ):
            yield from _members(*found)


def _function(module: str, node: Function, path: str, level: int) -> Iterator[str]:
    name = path.rpartition(".")[2]
    docs = _docs(module)
    # The methods of the two classes of a service are in a class that the stub does not have.
    shared = (found for key, found in docs.items() if key.endswith(f".{name}"))
    doc = docs.get(path) or ("" if name == "__init__" else next(shared, ""))
    if name == "__init__":
        yield f"```python\n{_signature(node)}\n```"
    else:
        yield f"{'#' * level} {name}"
        yield f"```python\n{_signature(node)}\n```"
    if doc:
        yield _markdown(doc)


def _signature(node: Function) -> str:
    """Returns a signature without the private names of the stubs."""
    kinds = ("property", "classmethod", "staticmethod")
    decorators = [ast.unparse(each) for each in node.decorator_list]
    shown = [f"@{each}\n" for each in decorators if each in kinds]
    kind = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    arguments = list(_arguments(node.args))
    text = f"{kind} {node.name}({', '.join(arguments)}){result}"
    if len(text) > WIDTH and arguments:
        lines = "".join(f"    {argument},\n" for argument in arguments)
        text = f"{kind} {node.name}(\n{lines}){result}"
    text = re.sub(r"\b_\w+_pb2\.", "", text).replace("_Fields", "dict")
    return "".join(shown) + re.sub(r"\b_([A-Za-z]\w*)", r"\1", text)


def _arguments(arguments: ast.arguments) -> Iterator[str]:
    def text(argument: ast.arg, default: ast.expr | None = None, prefix: str = "") -> str:
        annotation = f": {ast.unparse(argument.annotation)}" if argument.annotation else ""
        equals = " = " if annotation else "="
        value = f"{equals}{ast.unparse(default)}" if default else ""
        return f"{prefix}{argument.arg}{annotation}{value}"

    positional = [*arguments.posonlyargs, *arguments.args]
    required = len(positional) - len(arguments.defaults)
    for index, argument in enumerate(positional):
        yield text(argument, None if index < required else arguments.defaults[index - required])
    if arguments.vararg:
        yield text(arguments.vararg, prefix="*")
    elif arguments.kwonlyargs:
        yield "*"
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield text(argument, default)
    if arguments.kwarg:
        yield text(arguments.kwarg, prefix="**")


def _markdown(doc: str) -> str:
    """Converts a docstring to Markdown."""
    text = inspect.cleandoc(doc)
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text).replace("``", "`").replace("\\*", "*")
    # The sign of a literal block, and a marker for pytest.
    text = re.sub(r"^::$| PYTEST_DONT_REWRITE$", "", text, flags=re.M)
    out: list[str] = []
    section, code = "", False
    for line in text.splitlines():
        heading = re.fullmatch(rf"({'|'.join(SECTIONS)}):", line)
        if heading:
            section = heading[1]
            out += ["", f"**{section}**", ""]
            continue
        if section and line and not line.startswith(" "):
            section = ""
            out.append("")
        content = line[4:] if section else line
        is_code = content.lstrip().startswith((">>>", "..."))
        if is_code != code and (is_code or not content.strip()):
            out.append("```python" if is_code else "```")
            code = is_code
        entry = re.fullmatch(r"([\w*.\\]+)( \([^)]*\))?: (.*)", content)
        if section in ("Args", "Raises", "Attributes") and entry:
            content = f"- `{entry[1]}`{entry[2] or ''}: {entry[3]}"
        out.append(content)
    if code:
        out.append("```")
    return "\n".join(out).strip()
