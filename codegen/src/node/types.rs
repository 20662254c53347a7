//! The TypeScript types of parameters, and the expressions that convert arguments to field values.

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};

use super::imports::Imports;
use super::names::{camel, local_name, oneof};
use crate::layer::model::Method;
use crate::layer::params::{Accepts, Param, Presence};

/// Returns the type of a parameter that is not a group.
pub(super) fn accepted(param: &Param, imports: &mut Imports) -> String {
    match &param.accepts {
        Accepts::Field(field) => field_type(field, imports),
        Accepts::Strings(_) => "string[]".to_owned(),
        Accepts::Pairs(field) => {
            let item = field
                .kind()
                .as_message()
                .and_then(|item| item.get_field_by_name("value"));
            let value = item.map(|value| field_type(&value, imports));
            format!("Record<string, {}>", value.unwrap_or_default())
        }
        Accepts::Request(message) => message_type(message, imports),
        Accepts::Group(_) => "object".to_owned(),
        Accepts::Unused => "string".to_owned(),
    }
}

fn field_type(field: &FieldDescriptor, imports: &mut Imports) -> String {
    if let (true, Kind::Message(entry)) = (field.is_map(), field.kind()) {
        let value = item_type(&entry.map_entry_value_field().kind(), imports);
        return format!("Record<string, {value}>");
    }
    let item = item_type(&field.kind(), imports);
    match field.is_list() {
        true if item.contains(' ') => format!("({item})[]"),
        true => format!("{item}[]"),
        false => item,
    }
}

fn item_type(kind: &Kind, imports: &mut Imports) -> String {
    match kind {
        Kind::String => "string".to_owned(),
        Kind::Bytes => "Uint8Array".to_owned(),
        Kind::Bool => "boolean".to_owned(),
        Kind::Enum(values) => format!("{} | string", enum_name(values, imports)),
        Kind::Message(message) => message_type(message, imports),
        kind if is_64_bit(kind) => "bigint | number".to_owned(),
        _ => "number".to_owned(),
    }
}

fn is_64_bit(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64
    )
}

fn enum_name(values: &EnumDescriptor, imports: &mut Imports) -> String {
    let file = values.parent_file();
    imports.type_name(&file, &local_name(values.full_name(), &file))
}

fn message_type(message: &MessageDescriptor, imports: &mut Imports) -> String {
    let file = message.parent_file();
    let name = local_name(message.full_name(), &file);
    if message.package_name() != "google.protobuf" {
        imports.library_type("@bufbuild/protobuf", "MessageInitShape");
        imports.type_name(&file, &format!("{name}Schema"));
        imports.type_name(&file, &name);
        // Code for `@scalekit-sdk/node` passes partial messages. The compiler does not accept them
        // as `MessageInitShape`.
        return format!("MessageInitShape<typeof {name}Schema> | Partial<{name}>");
    }
    match name.as_str() {
        "Timestamp" => format!("{} | Date | string", imports.type_name(&file, &name)),
        "Duration" => format!("{} | number", imports.type_name(&file, &name)),
        "FieldMask" => "string[]".to_owned(),
        "Struct" => "Record<string, unknown>".to_owned(),
        "ListValue" => "unknown[]".to_owned(),
        "StringValue" => "string".to_owned(),
        "BoolValue" => "boolean".to_owned(),
        "BytesValue" => "Uint8Array".to_owned(),
        "Int64Value" | "UInt64Value" => "bigint | number".to_owned(),
        "Int32Value" | "UInt32Value" | "FloatValue" | "DoubleValue" => "number".to_owned(),
        _ => imports.type_name(&file, &name),
    }
}

/// Returns the handwritten function that converts the values of a field, and its arguments before
/// the value.
fn conversion(field: &FieldDescriptor, imports: &mut Imports) -> Option<(&'static str, String)> {
    match field.kind() {
        Kind::Enum(values) => {
            let file = values.parent_file();
            let name = local_name(values.full_name(), &file);
            let function = if field.is_list() {
                "enums"
            } else {
                "enumeration"
            };
            Some((function, format!("{}, ", imports.value(&file, &name))))
        }
        Kind::Message(message) if message.package_name() == "google.protobuf" => {
            let function = match message.name() {
                "Timestamp" => "timestamp",
                "Duration" => "duration",
                "FieldMask" => "mask",
                "Struct" => "struct",
                "ListValue" => "list",
                "Int64Value" | "UInt64Value" => "int64",
                _ => return None,
            };
            Some((function, String::new()))
        }
        kind if is_64_bit(&kind) => Some(("int64", String::new())),
        _ => None,
    }
}

/// Returns the expression for the value of the field that a parameter fills. `access` is the
/// expression for the argument. If `keeps_empty` is `false`, an empty string means that an optional
/// field is not set.
pub(super) fn value(
    param: &Param,
    access: &str,
    keeps_empty: bool,
    imports: &mut Imports,
) -> String {
    let name = camel(&param.name);
    let is_text = matches!(&param.accepts, Accepts::Field(field) if field.kind() == Kind::String && !field.is_list());
    let access = match param.trimmed {
        true => &imports.convert("trimmed", access),
        false => access,
    };
    let argument = match &param.presence {
        Presence::Required if is_text => imports.convert("text", &format!("\"{name}\", {access}")),
        Presence::Required => imports.convert("required", &format!("\"{name}\", {access}")),
        Presence::Default(literal) => format!("{access} ?? {literal}"),
        Presence::Nullable | Presence::Optional => access.to_owned(),
    };
    // Arguments in objects can be `null`. `MessageInitShape` only accepts `undefined`.
    let or_undefined = if param.nullable() && access.contains('.') {
        " ?? undefined"
    } else {
        ""
    };
    match &param.accepts {
        Accepts::Strings(_) => {
            let path = param.path.as_deref().unwrap_or_default();
            let inner = path
                .split_once('[')
                .map_or("", |(_, inner)| inner.trim_end_matches(']'));
            imports.convert(
                "each",
                &format!("\"{name}\", \"{}\", {argument}", camel(inner)),
            )
        }
        Accepts::Pairs(_) => imports.convert("pairs", &format!("\"{name}\", {argument}")),
        Accepts::Field(field) if field.is_map() => argument + or_undefined,
        Accepts::Field(field) => match (conversion(field, imports), field.kind()) {
            (Some((function, before)), _) => {
                imports.convert(function, &format!("\"{name}\", {before}{argument}"))
            }
            (None, Kind::Message(message)) if message.package_name() != "google.protobuf" => {
                let name = local_name(message.full_name(), &message.parent_file());
                let list = if field.is_list() { "[]" } else { "" };
                let optional = if param.presence == Presence::Required {
                    ""
                } else {
                    " | undefined"
                };
                let argument = if or_undefined.is_empty() {
                    argument
                } else {
                    format!("({argument}{or_undefined})")
                };
                format!("{argument} as MessageInitShape<typeof {name}Schema>{list}{optional}")
            }
            // The field tracks presence: an empty string leaves it unset.
            (None, Kind::String)
                if param.presence == Presence::Optional
                    && !keeps_empty
                    && !field.is_list()
                    && (field.supports_presence() || oneof(field).is_some()) =>
            {
                imports.convert("nonEmpty", &argument)
            }
            _ => argument + or_undefined,
        },
        Accepts::Request(_) | Accepts::Group(_) | Accepts::Unused => argument,
    }
}

/// Returns all parameters with the expressions for their arguments. Groups are replaced by their
/// members.
pub(super) fn arguments(method: &Method) -> Vec<(String, &Param)> {
    fn add<'a>(param: &'a Param, before: &str, all: &mut Vec<(String, &'a Param)>) {
        let access = format!("{before}{}", camel(&param.name));
        match &param.accepts {
            Accepts::Group(members) => {
                let link = if param.presence.can_be_omitted() {
                    "?."
                } else {
                    "."
                };
                for member in members {
                    add(member, &format!("{access}{link}"), all);
                }
            }
            _ => all.push((access, param)),
        }
    }
    let mut all = Vec::new();
    method
        .params
        .iter()
        .for_each(|param| add(param, "", &mut all));
    all
}
