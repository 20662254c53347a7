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
    // Arguments in objects can be `null`. `MessageInitShape` only accepts `undefined`.
    let null_in_object = param.nullable() && access.contains('.');
    let argument = argument(param, access, imports);
    let or_undefined = if null_in_object {
        format!("{argument} ?? undefined")
    } else {
        argument.clone()
    };
    let field = match &param.accepts {
        Accepts::Field(field) => field,
        Accepts::Strings(_) => {
            let path = param.path.as_deref().unwrap_or_default();
            let inner = path.split_once('[').map_or("", |(_, inner)| inner);
            let inner = camel(inner.trim_end_matches(']'));
            return imports.convert("each", &format!("\"{name}\", \"{inner}\", {argument}"));
        }
        Accepts::Pairs(_) => return imports.convert("pairs", &format!("\"{name}\", {argument}")),
        Accepts::Request(_) | Accepts::Group(_) | Accepts::Unused => return argument,
    };
    if field.is_map() {
        return or_undefined;
    }
    if let Some((function, before)) = conversion(field, imports) {
        return imports.convert(function, &format!("\"{name}\", {before}{argument}"));
    }
    match field.kind() {
        Kind::Message(message) if message.package_name() != "google.protobuf" => {
            let name = local_name(message.full_name(), &message.parent_file());
            let list = if field.is_list() { "[]" } else { "" };
            let required = param.presence == Presence::Required;
            let optional = if required { "" } else { " | undefined" };
            let value = if null_in_object {
                format!("({or_undefined})")
            } else {
                argument
            };
            format!("{value} as MessageInitShape<typeof {name}Schema>{list}{optional}")
        }
        Kind::String if !keeps_empty && is_unset_by_empty(param, field) => {
            imports.convert("nonEmpty", &argument)
        }
        _ => or_undefined,
    }
}

/// Returns the expression for an argument, with a check if it is required.
fn argument(param: &Param, access: &str, imports: &mut Imports) -> String {
    let access = if param.trimmed {
        imports.convert("trimmed", access)
    } else {
        access.to_owned()
    };
    let is_text = matches!(
        &param.accepts,
        Accepts::Field(field) if field.kind() == Kind::String && !field.is_list()
    );
    match &param.presence {
        Presence::Required => {
            let function = if is_text { "text" } else { "required" };
            let name = camel(&param.name);
            imports.convert(function, &format!("\"{name}\", {access}"))
        }
        Presence::Default(literal) => format!("{access} ?? {literal}"),
        Presence::Nullable | Presence::Optional => access,
    }
}

/// Returns `true` if an empty string leaves the field unset, because the field tracks presence.
fn is_unset_by_empty(param: &Param, field: &FieldDescriptor) -> bool {
    param.presence == Presence::Optional
        && !field.is_list()
        && (field.supports_presence() || oneof(field).is_some())
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
