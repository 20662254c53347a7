//! Resources: one struct per resource, with its methods, and the types of calls with optional
//! values.

use anyhow::ensure;
use serde::Serialize;

use super::methods::{Conversion, OutputType, conversion, output};
use super::module::Module;
use super::{docs, examples};
use crate::resources::{Argument, Method, Resource};
use crate::schema::upper_camel;

/// A resource.
#[derive(Serialize)]
pub(super) struct ResourceView {
    name: String,
    accessor: String,
    doc: String,
    methods: Vec<MethodView>,
    types: Vec<TypeView>,
}

#[derive(Serialize)]
struct MethodView {
    name: String,
    /// The documentation as rustdoc lines.
    doc: String,
    params: Vec<ParamView>,
    /// The method has values that can be omitted, and returns the type with this name.
    wrapper: Option<String>,
    pages: bool,
    output: String,
    operation: String,
    decoder: String,
}

/// A parameter of a method or a setter.
#[derive(Serialize)]
struct ParamView {
    name: String,
    doc: String,
    ty: String,
    set: String,
}

/// The type of calls with optional values.
#[derive(Serialize)]
struct TypeView {
    name: String,
    /// The method that returns the type.
    method: String,
    pages: bool,
    output: String,
    setters: Vec<ParamView>,
}

pub(super) fn view(resource: &Resource, module: &mut Module<'_>) -> anyhow::Result<ResourceView> {
    module.import("crate::schema");
    let (mut methods, mut types): (Vec<MethodView>, Vec<TypeView>) = Default::default();
    for method in &resource.methods {
        let view = method_view(resource, method, module)?;
        if method.variant_of.is_none()
            && let Some(name) = &view.wrapper
        {
            let setters = params(&method.options, module)?;
            types.push(TypeView {
                name: name.clone(),
                method: method.name.clone(),
                pages: view.pages,
                output: view.output.clone(),
                setters,
            });
        }
        methods.push(view);
    }
    Ok(ResourceView {
        name: resource.type_name(),
        accessor: resource.accessor.clone(),
        doc: resource.doc.clone(),
        methods,
        types,
    })
}

fn method_view(
    resource: &Resource,
    method: &Method,
    module: &mut Module<'_>,
) -> anyhow::Result<MethodView> {
    let OutputType { ty, decoder } = output(method, module)?;
    let pages = method.paging.is_some();
    let wrapper = wrapper(resource, method)?;
    match (pages, &wrapper) {
        (true, _) => module.import("crate::Pages"),
        (false, _) => {
            module.import("crate::Call");
            module.import("crate::client::decode::Decoder");
        }
    }
    if wrapper.is_some() {
        module.import(match pages {
            true => "crate::client::typed::pages_type",
            false => "crate::client::typed::call_type",
        });
    }
    Ok(MethodView {
        name: crate::rust::types::identifier(&method.name),
        doc: method_doc(resource, method, module),
        params: params(&method.arguments, module)?,
        wrapper,
        pages,
        output: ty,
        operation: method.operation.key.clone(),
        decoder,
    })
}

/// Returns the name of the type for the optional values of a method. Variants share the type of
/// their primary method.
fn wrapper(resource: &Resource, method: &Method) -> anyhow::Result<Option<String>> {
    let primary = method.variant_of.as_ref().unwrap_or(&method.name);
    let options = |method: &Method| {
        let names = method.options.iter().map(|option| option.name.clone());
        names.collect::<Vec<_>>()
    };
    ensure!(
        resource
            .methods
            .iter()
            .filter(|other| other.name == *primary)
            .all(|other| options(other) == options(method)),
        "{}.{}: the options differ from those of {primary}",
        resource.accessor,
        method.name
    );
    let name = || resource.type_name() + &upper_camel(primary);
    Ok((!method.options.is_empty()).then(name))
}

fn params(arguments: &[Argument], module: &mut Module<'_>) -> anyhow::Result<Vec<ParamView>> {
    let params = arguments.iter().map(|argument| {
        let Conversion { name, ty, set, .. } = conversion(argument, module)?;
        Ok(ParamView {
            name,
            doc: argument.doc.clone(),
            ty,
            set,
        })
    });
    params.collect()
}

fn method_doc(resource: &Resource, method: &Method, module: &Module<'_>) -> String {
    let mut text = match &method.variant_of {
        None => method.doc.clone(),
        Some(primary) => variant_doc(resource, method, primary),
    };
    if !method.arguments.is_empty() {
        text.push_str("\n\n");
        let list = method.arguments.iter().map(|argument| {
            let doc = argument.doc.split_whitespace().collect::<Vec<_>>();
            format!("- `{}`: {}", argument.name, doc.join(" "))
        });
        text.push_str(&list.collect::<Vec<_>>().join("\n"));
    }
    let mut parts = vec![docs::item(&text, 4)];
    match &method.variant_of {
        Some(primary) => {
            let link = format!("[`{primary}`](Self::{primary})");
            parts[0] = parts[0].replacen(&format!("`{primary}`"), &link, 1);
        }
        None => parts.push(docs::item(&routes(method), 4)),
    }
    let example = examples::of_method(resource, method, module.context);
    parts.push(docs::verbatim(&example));
    parts.join("\n///\n")
}

/// Returns the sentence that says which arguments replace those of the primary method.
fn variant_doc(resource: &Resource, method: &Method, primary: &str) -> String {
    let of_primary = resource.methods.iter().find(|other| other.name == primary);
    let has = |name: &String| {
        of_primary.is_some_and(|other| other.arguments.iter().any(|other| other.name == *name))
    };
    let own: Vec<String> = method
        .arguments
        .iter()
        .filter(|argument| !has(&argument.name))
        .map(|argument| format!("`{}`", argument.name))
        .collect();
    format!("Same as `{primary}`, but takes {}.", own.join(" and "))
}

fn routes(method: &Method) -> String {
    let routes: Vec<String> = method
        .operation
        .routes
        .iter()
        .map(|route| {
            let verb = format!("{:?}", route.verb).to_uppercase();
            format!("`{verb} {}`", route.template())
        })
        .collect();
    match routes.as_slice() {
        [route] => format!("Route: {route}"),
        _ => format!("Routes: {}", routes.join(", ")),
    }
}
