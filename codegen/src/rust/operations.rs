//! The table of operations.

use std::fmt::Write;

use crate::{Body, Operation, Route, Schema, Segment};

/// The operation that executes tools. See `Operation::tool` in the core.
const TOOL: &str = "ToolService.ExecuteTool";

pub(super) fn file(schema: &Schema) -> anyhow::Result<String> {
    let mut operations = schema.operations()?;
    operations.sort_by(|a, b| a.key.cmp(&b.key));
    let mut code = String::from(
        "//! All operations of the API with their routes.\n\n\
         use super::{Body, Operation, Route, Segment, Verb};\n\n\
         /// All operations of the API, sorted by name.\n\
         pub static OPERATIONS: &[Operation] = &[\n",
    );
    for operation in &operations {
        add(operation, &mut code)?;
    }
    code.push_str("];\n");
    Ok(code)
}

fn add(operation: &Operation, code: &mut String) -> anyhow::Result<()> {
    let Operation {
        key,
        service,
        method,
        routes,
    } = operation;
    writeln!(code, "    Operation {{")?;
    writeln!(code, "        name: {key:?},")?;
    writeln!(code, "        package: {:?},", service.package_name())?;
    writeln!(code, "        request: {:?},", method.input().full_name())?;
    writeln!(code, "        response: {:?},", method.output().full_name())?;
    writeln!(code, "        routes: &[")?;
    for Route { verb, path, body } in routes {
        let path: Vec<String> = path.iter().map(segment).collect();
        let body = match body {
            Body::None => "Body::None".to_owned(),
            Body::All => "Body::All".to_owned(),
            Body::Field(name) => format!("Body::Field({name:?})"),
        };
        writeln!(code, "            Route {{")?;
        writeln!(code, "                verb: Verb::{verb:?},")?;
        writeln!(code, "                path: &[{}],", path.join(", "))?;
        writeln!(code, "                body: {body},")?;
        writeln!(code, "            }},")?;
    }
    writeln!(code, "        ],")?;
    writeln!(code, "        tool: {},", key == TOOL)?;
    writeln!(code, "    }},")?;
    Ok(())
}

fn segment(segment: &Segment) -> String {
    match segment {
        Segment::Literal(text) => format!("Segment::Literal({text:?})"),
        Segment::Field { name, or_external } => {
            format!("Segment::Field {{ name: {name:?}, or_external: {or_external} }}")
        }
    }
}
