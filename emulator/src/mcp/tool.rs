//! Tools and their results, in the form of the protocol.

use scalekit::api::raw::tools::Tool;
use serde_json::{Map, Value, json};

use crate::services::{ToolFailure, tool_annotations};

/// The hints of a tool: their names in a definition and in the protocol.
const HINTS: [(&str, &str); 5] = [
    ("title", "title"),
    ("read_only_hint", "readOnlyHint"),
    ("destructive_hint", "destructiveHint"),
    ("idempotent_hint", "idempotentHint"),
    ("open_world_hint", "openWorldHint"),
];

/// Returns a tool for `tools/list`.
pub(super) fn show(tool: &Tool) -> Value {
    let field = |name: &str| tool.definition.as_ref()?.get(name);
    let mut schema = match field("input_schema").or(field("inputSchema")) {
        Some(Value::Object(schema)) => schema.clone(),
        _ => Map::new(),
    };
    // The protocol requires an object.
    schema.insert("type".to_owned(), "object".into());
    let mut shown = json!({
        "name": field("name"),
        "description": field("description").and_then(Value::as_str).unwrap_or_default(),
        "inputSchema": schema,
    });
    let hints = tool_annotations(tool);
    let hints: Map<String, Value> = HINTS
        .iter()
        .filter_map(|(name, shown)| {
            let hints = hints?;
            let value = hints.get(*name).or_else(|| hints.get(*shown))?;
            Some(((*shown).to_owned(), value.clone()))
        })
        .collect();
    if !hints.is_empty() {
        shown["annotations"] = hints.into();
    }
    shown
}

/// Returns the result of `tools/call`. The model reads the message of a failure.
pub(super) fn result(result: Result<Map<String, Value>, ToolFailure>) -> Value {
    match result {
        Ok(data) => {
            let data = Value::from(data);
            json!({ "content": [text(data.to_string())], "structuredContent": data })
        }
        Err(ToolFailure {
            message,
            authorization_link,
        }) => {
            let message = match authorization_link {
                Some(link) => format!("{message}. To authorize access, open {link}"),
                None => message,
            };
            json!({ "content": [text(message)], "isError": true })
        }
    }
}

fn text(text: String) -> Value {
    json!({ "type": "text", "text": text })
}
