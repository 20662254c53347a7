#!/usr/bin/env python3
"""Lists the public API of the Python package, one item a line, as type checkers see it.

Reads the stub of a module, or the module if it has no stub. A class has the members that it
inherits from private classes of the package. The messages in `scalekit.v1` are not listed: they
follow from proto/, and the list of the Rust crate contains their fields.
"""

from __future__ import annotations

import ast
import functools
import pathlib
from collections.abc import Iterator

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "python"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def is_public(name: str) -> bool:
    """Returns `True` for names without a leading underscore, and for `__init__` and the like."""
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


@functools.cache
def statements(module: str) -> tuple[ast.stmt, ...]:
    """Returns the statements of a module that type checkers read."""
    path = SOURCE / module.replace(".", "/")
    for file in (path.with_suffix(".pyi"), path.with_suffix(".py"), path / "__init__.py"):
        if file.exists():
            return tuple(visible(ast.parse(file.read_text(encoding="utf-8")).body))
    return ()


def visible(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yields statements, with the branches of `if` that type checkers read."""
    for statement in body:
        if not isinstance(statement, ast.If):
            yield statement
        elif ast.unparse(statement.test) == "not TYPE_CHECKING":
            yield from visible(statement.orelse)
        else:
            yield from visible(statement.body)


@functools.cache
def definitions(module: str) -> dict[str, tuple[str, str] | ast.stmt]:
    """Returns the names of a module: a statement, or the module and name of an import."""
    names: dict[str, tuple[str, str] | ast.stmt] = {}
    for statement in statements(module):
        if isinstance(statement, ast.ImportFrom) and statement.module:
            for alias in statement.names:
                names[alias.asname or alias.name] = (statement.module, alias.name)
        elif isinstance(statement, (ast.ClassDef, *FUNCTIONS)):
            names[statement.name] = statement
    return names


def exported(module: str) -> list[str] | None:
    """Returns `__all__`, if the module defines it with literals."""
    for statement in statements(module):
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            try:
                return list(ast.literal_eval(statement.value))
            except ValueError:
                return None
    return None


def resolve(module: str, name: str) -> tuple[str, ast.ClassDef] | None:
    """Returns the class of the package that a name refers to, with its module."""
    found = definitions(module).get(name)
    if isinstance(found, ast.ClassDef):
        return module, found
    if isinstance(found, tuple) and found[0].startswith("scalekit"):
        return resolve(*found)
    return None


def signature(prefix: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Returns a function without its body, with its decorators."""
    names = [ast.unparse(item) for item in node.decorator_list]
    # The steps of a method of `client.actions`: an implementation detail.
    decorators = "".join(f"@{name} " for name in names if name != "method")
    kind = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{decorators}{kind} {prefix}.{node.name}({ast.unparse(node.args)}){result}"


def variable(prefix: str, node: ast.stmt, is_member: bool) -> Iterator[str]:
    """Yields public variables with their types."""
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        if is_public(node.target.id):
            yield f"{prefix}.{node.target.id}: {ast.unparse(node.annotation)}"
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name) and is_public(target.id) and target.id != "__slots__":
                # The value of a constant or of an enum member can be part of the API.
                constant = isinstance(node.value, ast.Constant) and is_member
                value = f" = {ast.unparse(node.value)}" if constant else ""
                yield f"{prefix}.{target.id}{value}"


def members(module: str, node: ast.ClassDef, prefix: str) -> Iterator[str]:
    """Yields the public members of a class and of its private base classes."""
    for base in node.bases:
        expression = base.value if isinstance(base, ast.Subscript) else base
        found = resolve(module, ast.unparse(expression))
        if found and (
            any(part.startswith("_") for part in found[0].split("."))
            or found[1].name.startswith("_")
        ):
            yield from members(*found, prefix)
    for statement in visible(node.body):
        if isinstance(statement, FUNCTIONS):
            if is_public(statement.name):
                yield signature(prefix, statement)
        elif isinstance(statement, ast.ClassDef):
            if is_public(statement.name):
                yield from class_lines(module, statement, prefix)
        else:
            yield from variable(prefix, statement, is_member=True)


def class_lines(module: str, node: ast.ClassDef, prefix: str) -> Iterator[str]:
    """Yields the lines of a class."""
    name = f"{prefix}.{node.name}"
    bases = [ast.unparse(base) for base in [*node.bases, *node.keywords]]
    yield f"class {name}({', '.join(bases)})"
    # A member of a base class can be defined again.
    yield from dict.fromkeys(members(module, node, name))


def module_lines(module: str) -> Iterator[str]:
    """Yields the lines of a module."""
    names = exported(module)

    def is_exported(name: str, is_reexport: bool = True) -> bool:
        return name in names if names is not None else is_reexport and is_public(name)

    for statement in statements(module):
        if isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                name = alias.asname or alias.name
                if is_exported(name, is_reexport=alias.asname == alias.name):
                    yield f"use {module}.{name} = {statement.module}.{alias.name}"
        elif isinstance(statement, FUNCTIONS):
            if is_exported(statement.name):
                yield signature(module, statement)
        elif isinstance(statement, ast.ClassDef):
            if is_exported(statement.name):
                yield from class_lines(module, statement, module)
        else:
            for line in variable(module, statement, is_member=False):
                name = line.removeprefix(f"{module}.").split(":")[0]
                if is_exported(name):
                    yield line


def modules() -> Iterator[str]:
    """Yields the names of the public modules."""
    for path in sorted((SOURCE / "scalekit").rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        if parts[-1] == "__init__":
            parts = parts[:-1]
        if "v1" not in parts and not any(part.startswith("_") for part in parts):
            yield ".".join(parts)


if __name__ == "__main__":
    for name in modules():
        for line in dict.fromkeys(module_lines(name)):
            print(line)
