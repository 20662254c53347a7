//! The parts of the definition of a tool.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// Returns the schema of the input. Models require the type `object`.
pub(super) fn schema_of(definition: &Map<String, Value>) -> Map<String, Value> {
    let mut schema = either(definition, "input_schema", "inputSchema")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    schema.insert("type".to_owned(), json!("object"));
    schema.entry("properties").or_insert_with(|| json!({}));
    schema
}

/// Hints about a tool, with the meaning that they have in the Model Context Protocol. In JSON they
/// have the names of that protocol, such as `readOnlyHint`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ToolAnnotations {
    /// A title for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The tool changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only_hint: Option<bool>,
    /// The tool may delete or overwrite data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destructive_hint: Option<bool>,
    /// A second call with the same input has no further effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotent_hint: Option<bool>,
    /// The tool acts on things beyond the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_world_hint: Option<bool>,
}

impl ToolAnnotations {
    pub(super) fn of(definition: &Map<String, Value>) -> Self {
        let Some(Value::Object(given)) = definition.get("annotations") else {
            return Self::default();
        };
        let hint = |snake, camel| either(given, snake, camel).and_then(Value::as_bool);
        let title = given.get("title").and_then(Value::as_str);
        Self {
            title: title.map(str::to_owned),
            read_only_hint: hint("read_only_hint", "readOnlyHint"),
            destructive_hint: hint("destructive_hint", "destructiveHint"),
            idempotent_hint: hint("idempotent_hint", "idempotentHint"),
            open_world_hint: hint("open_world_hint", "openWorldHint"),
        }
    }
}

fn either<'v>(object: &'v Map<String, Value>, snake: &str, camel: &str) -> Option<&'v Value> {
    object.get(snake).or_else(|| object.get(camel))
}
