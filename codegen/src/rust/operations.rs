//! The table of operations.

use minijinja::{context, value::Serde};
use serde::Serialize;

use super::render;
use crate::{Body, Route, Schema, Segment};

/// The operation that executes tools. See `Operation::tool` in the core.
const TOOL: &str = "ToolService.ExecuteTool";

#[derive(Serialize)]
struct OperationView {
    name: String,
    package: String,
    request: String,
    response: String,
    routes: Vec<RouteView>,
    tool: bool,
}

#[derive(Serialize)]
struct RouteView {
    verb: String,
    path: Vec<String>,
    body: String,
}

pub(super) fn file(schema: &Schema) -> anyhow::Result<String> {
    let mut operations = schema.operations()?;
    operations.sort_by(|a, b| a.key.cmp(&b.key));
    let operations: Vec<OperationView> = operations
        .iter()
        .map(|operation| OperationView {
            name: operation.key.clone(),
            package: operation.service.package_name().to_owned(),
            request: operation.method.input().full_name().to_owned(),
            response: operation.method.output().full_name().to_owned(),
            routes: operation.routes.iter().map(route).collect(),
            tool: operation.key == TOOL,
        })
        .collect();
    render(
        "operations.rs",
        context! { operations => Serde(&operations) },
    )
}

fn route(route: &Route) -> RouteView {
    RouteView {
        verb: format!("{:?}", route.verb),
        path: route.path.iter().map(segment).collect(),
        body: match &route.body {
            Body::None => "None".to_owned(),
            Body::All => "All".to_owned(),
            Body::Field(name) => format!("Field({name:?})"),
        },
    }
}

fn segment(segment: &Segment) -> String {
    match segment {
        Segment::Literal(text) => format!("Segment::Literal({text:?})"),
        Segment::Field { name, or_external } => {
            format!("Segment::Field {{ name: {name:?}, or_external: {or_external} }}")
        }
    }
}
