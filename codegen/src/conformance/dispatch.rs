//! The Rust runner's table: operation name → typed method.

use anyhow::Result;

use crate::output::Output;
use crate::rust::accessor;
use crate::schema::{Schema, snake_case};

/// Writes `tests/rust/src/dispatch.rs`.
pub(super) fn generate(schema: &Schema, out: &mut Output) -> Result<()> {
    let mut methods = String::new();
    let mut arms = String::new();
    for service in schema.services() {
        let accessor = accessor(service.name())?;
        for operation in schema.operations_of(&service)? {
            let (key, method) = (&operation.key, snake_case(operation.method.name()));
            methods.push_str(&format!("    (\"{key}\", \"{accessor}.{method}\"),\n"));
            arms.push_str(&format!(
                "        \"{key}\" => write(client.{accessor}().{method}(read(request)).await?),\n"
            ));
        }
    }
    let body = format!(
        "//! Every typed method of the Rust client, by operation.

use super::{{Client, Error, Value, read, write}};

/// Each operation and the method that calls it, as `service.method`.
pub const METHODS: &[(&str, &str)] = &[
{methods}];

/// Calls an operation through its typed method.
///
/// # Errors
/// What the client answers.
///
/// # Panics
/// For an operation that no method has, and for a request that is not of the method's type.
pub async fn call_typed(client: &Client, operation: &str, request: Value) -> Result<Value, Error> {{
    Ok(match operation {{
{arms}        other => panic!(\"no typed method for {{other}}\"),
    }})
}}
"
    );
    out.text("tests/rust/src/dispatch.rs", &body)
}
