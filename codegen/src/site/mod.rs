//! The pages of the documentation site about the REST operations: one page for each file of the
//! schema. They are not checked in; `codegen --site FOLDER` writes them.

mod lookups;

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor};
use serde_json::{Value, json};

use crate::rust::docs::markdown;
use crate::templates::render;
use crate::{Body, Operation, Schema, Segment, Verb, name_as_sentence};

const INTRODUCTION: &str = "# REST operations

The operations of the API: the route of each one, its method in each language, and the fields of its
request and response. A request has the header `Authorization: Bearer` with the service token, which
the client adds.
";

/// Returns the pages by the names of their files.
///
/// # Errors
/// Returns an error if a configuration of `codegen/layers` does not match the schema.
pub fn pages(schema: &Schema) -> anyhow::Result<BTreeMap<String, String>> {
    let site = Site {
        schema,
        titles: lookups::titles(schema)?,
        methods: lookups::methods(schema)?,
        types: lookups::used_types(schema)?,
    };
    let mut pages = BTreeMap::new();
    let mut links = String::new();
    for file in schema.files() {
        if let Some(page) = site.page(&file)? {
            let name = format!("{}.md", stem(&file));
            let title = page.lines().next().unwrap_or_default();
            links += &format!("- [{}]({name})\n", title.trim_start_matches("# "));
            pages.insert(name, page);
        }
    }
    pages.insert("index.md".to_owned(), format!("{INTRODUCTION}\n{links}"));
    Ok(pages)
}

struct Site<'a> {
    schema: &'a Schema,
    /// The title of each file with operations.
    titles: BTreeMap<String, String>,
    /// The methods of each operation, as pairs of language and name.
    methods: lookups::Methods,
    /// The full names of the messages and enums that the fields of operations use.
    types: BTreeSet<String>,
}

impl Site<'_> {
    fn page(&self, file: &FileDescriptor) -> anyhow::Result<Option<String>> {
        let mut operations = Vec::new();
        let mut docs = Vec::new();
        for service in file.services() {
            docs.push(markdown(self.schema.comment(&service)));
            for operation in self.schema.operations_of(&service)? {
                operations.push(self.operation(&operation));
            }
        }
        let messages = self.schema.messages(file).into_iter();
        let messages = messages.filter(|message| self.types.contains(message.full_name()));
        let enums = self.schema.enums(file).into_iter();
        let enums = enums.filter(|values| self.types.contains(values.full_name()));
        let types: Vec<Value> = messages
            .map(|message| self.message(&message))
            .chain(enums.map(|values| self.enumeration(&values)))
            .collect();
        if operations.is_empty() && types.is_empty() {
            return Ok(None);
        }
        if docs.is_empty() {
            docs.push("Types that several services use.".to_owned());
        }
        let stem = || {
            name_as_sentence(stem(file))
                .trim_end_matches('.')
                .to_owned()
        };
        let page = json!({
            "title": self.titles.get(file.name()).cloned().unwrap_or_else(stem),
            "doc": docs.join("\n\n"),
            "operations": operations,
            "types": types,
        });
        render("site/operations.md", page).map(Some)
    }

    fn operation(&self, operation: &Operation) -> Value {
        let routes = operation.routes.iter();
        let routes: Vec<String> = routes
            .map(|route| format!("{} {}", verb(route.verb), route.template()))
            .collect();
        let methods = self.methods.get(&operation.key).into_iter().flatten();
        let methods: Vec<Value> = methods
            .map(|(language, name)| json!({ "language": language, "name": name }))
            .collect();
        let request = operation.method.input();
        let request: Vec<Value> = request
            .fields()
            .map(|field| {
                let mut view = self.field(&field);
                view["place"] = place(operation, field.name()).into();
                view
            })
            .collect();
        json!({
            "title": title(operation.method.name()),
            "doc": markdown(self.schema.comment(&operation.method)),
            "routes": routes,
            "methods": methods,
            "request": request,
            "response": self.fields(&operation.method.output()),
        })
    }

    fn message(&self, message: &MessageDescriptor) -> Value {
        json!({
            "name": message.name(),
            "doc": markdown(self.schema.comment(message)),
            "fields": self.fields(message),
            "values": [],
        })
    }

    fn enumeration(&self, values: &EnumDescriptor) -> Value {
        let all = self.schema.values(values);
        let view = |value: &prost_reflect::EnumValueDescriptor| json!({ "name": value.name(), "doc": cell(self.schema.comment(value)) });
        json!({
            "name": values.name(),
            "doc": markdown(self.schema.comment(values)),
            "fields": [],
            "values": all.iter().map(view).collect::<Vec<_>>(),
        })
    }

    fn fields(&self, message: &MessageDescriptor) -> Vec<Value> {
        if message.full_name() == "google.protobuf.Empty" {
            return Vec::new();
        }
        message.fields().map(|field| self.field(&field)).collect()
    }

    fn field(&self, field: &FieldDescriptor) -> Value {
        json!({
            "name": field.name(),
            "type": self.field_type(field),
            "doc": cell(&self.schema.field_doc(field)),
        })
    }

    fn field_type(&self, field: &FieldDescriptor) -> String {
        match field.kind() {
            Kind::Message(entry) if field.is_map() => {
                format!("map of {}", self.value_type(&entry.map_entry_value_field()))
            }
            _ if field.is_list() => format!("list of {}", self.value_type(field)),
            _ => self.value_type(field),
        }
    }

    fn value_type(&self, field: &FieldDescriptor) -> String {
        let file = field.parent_message().parent_file();
        match field.kind() {
            Kind::Message(message) => match well_known(message.full_name()) {
                Some(name) => name.to_owned(),
                None => link(message.name(), &message.parent_file(), &file),
            },
            Kind::Enum(values) => link(values.name(), &values.parent_file(), &file),
            Kind::Bool => "boolean".to_owned(),
            Kind::String => "string".to_owned(),
            Kind::Bytes => "base64".to_owned(),
            Kind::Double | Kind::Float => "number".to_owned(),
            // JSON numbers cannot represent all of these integers (ProtoJSON).
            Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64 => {
                "integer as a string".to_owned()
            }
            _ => "integer".to_owned(),
        }
    }
}

/// Returns the place of a request field: the path, the query or the body.
fn place(operation: &Operation, field: &str) -> &'static str {
    let is_looked_up =
        |segment: &Segment| matches!(segment, Segment::Field { or_external, .. } if *or_external);
    let mut segments = operation.routes.iter().flat_map(|route| &route.path);
    if field == "external_id" && segments.any(is_looked_up) {
        return "instead of the id";
    }
    let in_path = |route: &crate::Route| route.fields().any(|name| name == field);
    if operation.routes.iter().any(in_path) {
        return "path";
    }
    match &operation.routes[0].body {
        Body::All => "body",
        Body::Field(name) if name == field => "the body",
        _ => "query",
    }
}

/// Returns the JSON form of a type of protobuf.
fn well_known(name: &str) -> Option<&'static str> {
    Some(match name.strip_prefix("google.protobuf.")? {
        "Timestamp" => "time (RFC 3339)",
        "Duration" => "duration, such as `30s`",
        "FieldMask" => "names of fields, with commas",
        "ListValue" => "list of any values",
        "BoolValue" => "boolean",
        "StringValue" => "string",
        "Int32Value" | "UInt32Value" => "integer",
        "Int64Value" | "UInt64Value" => "integer as a string",
        "DoubleValue" | "FloatValue" => "number",
        _ => "object",
    })
}

fn link(name: &str, to: &FileDescriptor, from: &FileDescriptor) -> String {
    let page = if to.name() == from.name() {
        String::new()
    } else {
        format!("{}.md", stem(to))
    };
    format!("[{name}]({page}#{})", name.to_lowercase())
}

fn verb(verb: Verb) -> String {
    format!("{verb:?}").to_uppercase()
}

fn stem(file: &FileDescriptor) -> &str {
    let path = file.name().trim_end_matches(".proto");
    path.rsplit('/').next().unwrap_or(path)
}

fn title(name: &str) -> String {
    name_as_sentence(name).trim_end_matches('.').to_owned()
}

/// Returns a comment as the text of a cell of a table.
fn cell(comment: &str) -> String {
    let words: Vec<&str> = comment.split_whitespace().collect();
    markdown(&words.join(" ")).replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::pages;
    use crate::{Schema, project_root};

    #[test]
    fn an_operation_has_its_route_methods_and_fields() -> anyhow::Result<()> {
        let schema = Schema::load(&project_root().join("proto"))?;
        let pages = pages(&schema)?;
        let page = &pages["organizations.md"];
        assert!(page.starts_with("# Organizations\n\nManages organizations"));
        for text in [
            "## Update organization\n\nUpdates an organization and returns it.",
            "`PATCH /api/v1/organizations/{id}`",
            "| Python | `client.organization.update_organization` |",
            "| Node | `client.organization.updateOrganization` |",
            "| Rust | `client.organizations().update` |",
            "| Swift | `client.organizations.update` |",
            "| `id` | path | string |",
            "| `organization` | the body | [UpdateOrganization](#updateorganization) |",
            "| `organization` | [Organization](#organization) |",
        ] {
            assert!(page.contains(text), "{text}");
        }
        let operations = schema.operations()?.len();
        let shown = pages.values().map(|page| page.matches("| Rust | ").count());
        assert_eq!(shown.sum::<usize>(), operations);
        Ok(())
    }
}
