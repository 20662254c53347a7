//! The tables of the Rust runner: operation → RPC, and the methods of the resources.

use anyhow::Result;
use minijinja::{context, value::Serde};
use serde::Serialize;

use crate::output::Output;
use crate::resources::{Argument, Method, Resource};
use crate::rust::{Context, Conversion, Module, conversion, module_of, output_field, render};
use crate::schema::{Schema, snake_case};

/// An RPC.
#[derive(Serialize)]
struct RpcView {
    operation: String,
    constant: String,
}

/// A method of a resource.
#[derive(Serialize)]
struct MethodView {
    resource: String,
    name: String,
    operation: String,
    arguments: Vec<ArgumentView>,
    options: Vec<ArgumentView>,
    pages: bool,
    output: Option<String>,
}

#[derive(Serialize)]
struct ArgumentView {
    name: String,
    /// The field of the request: `field`, or `field[item]` for a list of items.
    path: String,
    /// The expression that reads the value from the JSON request.
    read: String,
}

/// Writes `tests/rust/src/dispatch.rs`.
pub(super) fn generate(schema: &Schema, out: &mut Output) -> Result<()> {
    let rust = Context::new(schema)?;
    let mut module = Module::outside(&rust);
    let rpcs: Vec<RpcView> = schema
        .operations()?
        .into_iter()
        .map(|operation| RpcView {
            constant: format!(
                "{}::{}",
                module_of(operation.service.package_name()),
                snake_case(operation.method.name()).to_uppercase()
            ),
            operation: operation.key,
        })
        .collect();
    let mut methods = Vec::new();
    for (resource, method) in rust.api.methods() {
        methods.push(view(resource, method, &mut module)?);
    }
    let view = context! { rpcs => Serde(&rpcs), methods => Serde(&methods) };
    let code = crate::rust::rustfmt(&render("dispatch.rs", view)?)?;
    out.text("tests/rust/src/dispatch.rs", &code)
}

fn view(resource: &Resource, method: &Method, module: &mut Module<'_>) -> Result<MethodView> {
    let mut arguments = |values: &[Argument]| {
        let views = values.iter().map(|value| argument(value, module));
        views.collect::<Result<Vec<_>>>()
    };
    Ok(MethodView {
        resource: resource.accessor.clone(),
        name: method.name.clone(),
        operation: method.operation.key.clone(),
        arguments: arguments(&method.arguments)?,
        options: arguments(&method.options)?,
        pages: method.paging.is_some(),
        output: output_field(method).map(str::to_owned),
    })
}

fn argument(argument: &Argument, module: &mut Module<'_>) -> Result<ArgumentView> {
    let Conversion { name, value, .. } = conversion(argument, module)?;
    let field = argument.field.name();
    let (path, read) = match &argument.item {
        Some(item) => (
            format!("{field}[{}]", item.name()),
            format!("texts(request, {field:?}, {:?})", item.name()),
        ),
        None => (
            field.to_owned(),
            format!("value::<{value}>(request, {field:?})"),
        ),
    };
    Ok(ArgumentView { name, path, read })
}
