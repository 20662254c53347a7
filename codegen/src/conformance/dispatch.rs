//! The table of the Rust runner: operation → typed method.

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
        "//! The typed methods of the Rust client, by operation.

use super::{{Client, Error, Value, read, write}};

/// The operations and their methods, as `service.method`.
pub const METHODS: &[(&str, &str)] = &[
{methods}];

/// Calls an operation through its typed method.
///
/// # Errors
/// Returns the error of the client.
///
/// # Panics
/// Panics if the operation is unknown or the request does not match the method.
pub async fn call_typed(client: &Client, operation: &str, request: Value) -> Result<Value, Error> {{
    Ok(match operation {{
{arms}        other => panic!(\"no typed method for {{other}}\"),
    }})
}}
"
    );
    out.text("tests/rust/src/dispatch.rs", &body)
}
