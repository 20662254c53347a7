//! Single functions of sessions, without a client.

use scalekit::session::return_path;
use serde::Deserialize;
use serde_json::{Value, json};

use super::options::Secrets;
use crate::failure::BindingError;

/// A function and its arguments.
#[derive(Deserialize)]
#[serde(tag = "tool", rename_all = "snake_case", deny_unknown_fields)]
enum Tool {
    /// Checks a return path.
    ReturnPath { path: String },
    /// Encrypts a JSON object for a cookie.
    Encrypt {
        secrets: Secrets,
        cookie_name: String,
        content: Value,
    },
    /// Decrypts a cookie.
    Decrypt {
        secrets: Secrets,
        cookie_name: String,
        value: String,
    },
}

/// Runs a function that is described as JSON. Returns its result as JSON: the return path or null,
/// the encrypted text, the decrypted object, or null if a cookie is not valid.
///
/// # Errors
/// A secret is not valid.
pub fn tool(text: &str) -> Result<String, BindingError> {
    let tool = serde_json::from_str(text);
    // The text of the error could contain a secret.
    let tool = tool.map_err(|_| BindingError::internal("the arguments are not valid"))?;
    let result = match tool {
        Tool::ReturnPath { path } => json!(return_path(&path)),
        Tool::Encrypt {
            secrets,
            cookie_name,
            content,
        } => json!(secrets.key_ring()?.seal_json(&cookie_name, &content)?),
        Tool::Decrypt {
            secrets,
            cookie_name,
            value,
        } => {
            let opened = secrets.key_ring()?.open_json(&cookie_name, &value);
            json!(opened.ok().filter(Value::is_object))
        }
    };
    Ok(result.to_string())
}
