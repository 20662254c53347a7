//! The types of arguments and outputs, and their conversion from and to JSON.

use prost_reflect::Kind;

use super::module::Module;
use super::types::{RustField, Shape, identifier};
use crate::resources::{Argument, Method, Output};

/// An argument in Rust.
pub(crate) struct Conversion {
    /// Name of the parameter.
    pub(crate) name: String,
    /// Type of the parameter.
    pub(crate) ty: String,
    /// Call of the method of the core's `Pending` that sets the field.
    pub(super) set: String,
    /// Owned type of the value, which converts to `ty`.
    pub(crate) value: String,
}

/// Returns the conversion of an argument or an option to a field of a JSON request.
pub(crate) fn conversion(
    argument: &Argument,
    module: &mut Module<'_>,
) -> anyhow::Result<Conversion> {
    let name = identifier(&argument.name);
    let field = argument.field.name();
    if argument.field.is_map() {
        return Ok(Conversion {
            ty: "impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>".to_owned(),
            set: format!("pairs({field:?}, {name})"),
            value: "std::collections::BTreeMap<String, String>".to_owned(),
            name,
        });
    }
    let rust = RustField::new(&argument.field, module)?;
    let texts = || "impl IntoIterator<Item = impl Into<String>>".to_owned();
    let value = rust.value.as_str();
    let (ty, set) = if let Some(item) = &argument.item {
        let set = format!("items({field:?}, {:?}, {name})", item.name());
        (texts(), set)
    } else {
        match rust.shape {
            Shape::List if value == "String" => (texts(), format!("texts({field:?}, {name})")),
            Shape::List => (
                format!("impl IntoIterator<Item = {value}>"),
                format!("encode({field:?}, &{name}.into_iter().collect::<Vec<_>>())"),
            ),
            Shape::Single | Shape::Optional | Shape::Map => single(&rust, &name, field),
        }
    };
    let whole = match (&argument.item, rust.shape) {
        (Some(_), _) => "Vec<String>".to_owned(),
        (None, Shape::Optional) => rust.value.clone(),
        (None, _) => rust.ty.clone(),
    };
    Ok(Conversion {
        name,
        ty,
        set,
        value: whole,
    })
}

fn single(rust: &RustField, name: &str, field: &str) -> (String, String) {
    match rust.value.as_str() {
        "String" => (
            "impl Into<String>".to_owned(),
            format!("text({field:?}, {name})"),
        ),
        plain @ ("bool" | "i32" | "u32") => (plain.to_owned(), format!("set({field:?}, {name})")),
        map if map.contains("Map<") => (
            "impl serde::Serialize".to_owned(),
            format!("encode({field:?}, &{name})"),
        ),
        convertible if convertible.ends_with("Timestamp") || convertible.ends_with("FieldMask") => {
            (
                format!("impl Into<{convertible}>"),
                format!("encode::<{convertible}>({field:?}, &{name}.into())"),
            )
        }
        other if rust.json => (other.to_owned(), format!("encode_json({field:?}, &{name})")),
        other => (other.to_owned(), format!("encode({field:?}, &{name})")),
    }
}

/// The output of a method in Rust.
pub(super) struct OutputType {
    pub(super) ty: String,
    /// The core's `Decoder`.
    pub(super) decoder: String,
}

/// Returns the output of a method; for a paged method, the type of an item.
pub(super) fn output(method: &Method, module: &mut Module<'_>) -> anyhow::Result<OutputType> {
    if let Some(paging) = &method.paging {
        let items = RustField::new(&paging.items, module)?;
        return Ok(OutputType {
            ty: items.value,
            decoder: format!("{:?}", paging.items.name()),
        });
    }
    Ok(match &method.output {
        Output::Nothing => OutputType {
            ty: "()".to_owned(),
            decoder: "Decoder::nothing()".to_owned(),
        },
        Output::Message(message) => OutputType {
            ty: module.message(message),
            decoder: "Decoder::whole()".to_owned(),
        },
        Output::Field(field) => {
            let rust = RustField::new(field, module)?;
            let name = field.name();
            let is_message = matches!(field.kind(), Kind::Message(_));
            let (ty, decoder) = match rust.shape {
                Shape::Optional if is_message && !rust.json => (rust.value, "field"),
                _ if rust.json => (rust.ty, "json"),
                _ => (rust.ty, "or_default"),
            };
            OutputType {
                ty,
                decoder: format!("Decoder::{decoder}({name:?})"),
            }
        }
    })
}

/// Returns the name of the field of the response that a method returns; `None` for the whole
/// response and for nothing.
pub(crate) fn output_field(method: &Method) -> Option<&str> {
    match &method.output {
        Output::Field(field) => Some(field.name()),
        Output::Nothing | Output::Message(_) => None,
    }
}
