"""Functions that convert tools, for compatibility with ``scalekit-sdk-python``.

New code uses ``client.actions.get_tools()``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scalekit._runtime.json_values import from_struct
from scalekit.actions._tool_set import annotations_of, camel_case, schema_of, text_of

if TYPE_CHECKING:
    from mcp.types import Tool as McpTool


def struct_to_dict(message: Any) -> dict[str, Any]:
    """Converts a ``Struct`` to a ``dict``. Whole numbers up to 2**53 become ``int``."""
    return from_struct(message)


def extract_tool_metadata(
    tool: Any, default_provider: str = "unknown"
) -> tuple[str, str, dict[str, Any]]:
    """Returns the name, the description and the definition of a ``Tool`` message."""
    definition = from_struct(tool.definition)
    name = text_of(definition, "name") or f"{tool.provider or default_provider}_tool"
    return name, text_of(definition, "description") or "Scalekit tool", definition


def convert_to_mcp_input_schema(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the type, the properties and the required properties of the input of a tool."""
    schema = schema_of(definition)
    return {
        "type": "object",
        "properties": schema["properties"],
        "required": schema.get("required", []),
    }


def build_mcp_tool_from_spec(spec: Mapping[str, Any]) -> McpTool:
    """Creates a tool of the package ``mcp`` from the definition of a tool."""
    from mcp.types import Tool as McpTool

    annotations = {camel_case(name): hint for name, hint in annotations_of(spec).items()}
    return McpTool.model_validate(
        {
            "name": text_of(spec, "name"),
            "description": text_of(spec, "description") or None,
            "inputSchema": convert_to_mcp_input_schema(spec),
            "annotations": annotations or None,
        }
    )
