//! The list of all methods in `codegen/resource-api.txt`, for reviews of the API.

use super::{Api, Argument, Method, Output, Resource};
use crate::{Output as Files, Schema};

const FILE: &str = "codegen/resource-api.txt";

/// Adds the list of all methods to `out`.
///
/// # Errors
/// Returns an error if the configuration does not match the schema.
pub fn generate(schema: &Schema, out: &mut Files) -> anyhow::Result<()> {
    let api = Api::load(schema)?;
    let mut text = String::from(
        "#\n# The methods of the resource API:\n\
         #   resource.method(arguments) [options] -> output\n\
         #     the operation\n",
    );
    for resource in &api.resources {
        text.push('\n');
        for method in &resource.methods {
            text.push_str(&format!(
                "{}\n  {}\n",
                signature(resource, method),
                method.operation.key
            ));
        }
    }
    out.text(FILE, &text)
}

/// Returns the signature of a method, such as `users.list() -> pages of users`.
pub(super) fn signature(resource: &Resource, method: &Method) -> String {
    let options = match names(&method.options) {
        options if options.is_empty() => options,
        options => format!(" [{options}]"),
    };
    let pages = if method.paging.is_some() {
        "pages of "
    } else {
        ""
    };
    let output = match &method.output {
        Output::Nothing => "nothing",
        Output::Field(field) => field.name(),
        Output::Message(message) => message.name(),
    };
    format!(
        "{}.{}({}){options} -> {pages}{output}",
        resource.accessor,
        method.name,
        names(&method.arguments)
    )
}

fn names(arguments: &[Argument]) -> String {
    let names: Vec<&str> = arguments
        .iter()
        .map(|argument| argument.name.as_str())
        .collect();
    names.join(", ")
}
