"""What the modules of a folder say of themselves in constants, read off their source without importing them.

A plug-in is a module that describes itself in constants in capitals. Rooms below its own may not import it,
and learn here what they must know of it.
"""

from __future__ import annotations

import ast
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from pipeline.project.code import PACKAGE

Description = TypeVar("Description")


def described(folder: str, description: type[Description]) -> dict[str, Description]:
    """The plug-ins in a folder of the package by their name, in the order of `listed`, then of the alphabet.

    `description` is a dataclass: each of its fields is read from the constant of the same name in capitals,
    which is a literal. A module without the constant of the first field is no plug-in; a plug-in that lacks
    another one that has no default is a TypeError.
    """
    known = fields(description)  # type: ignore[arg-type]
    plugins = {}
    for path in sorted((PACKAGE / folder).glob("*.py")):
        constants: dict[str, Any] = {}
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                constants[node.targets[0].id] = node.value
        values = {
            field.name: ast.literal_eval(constants[field.name.upper()])
            for field in known
            if field.name.upper() in constants
        }
        if known[0].name not in values:
            continue
        lacking = [
            field.name.upper() for field in known if field.default is MISSING and field.name not in values
        ]
        if lacking:
            raise TypeError(f"{folder}/{path.name} does not say {' and '.join(lacking)}")
        plugins[path.stem] = description(**values)
    return dict(sorted(plugins.items(), key=lambda plugin: getattr(plugin[1], "listed", 0)))
