//! The names of fields and types in Node's protobuf runtime.

use prost_reflect::{FieldDescriptor, FileDescriptor, OneofDescriptor};

/// Returns the name of a field in the runtime: `organization_id` → `organizationId`.
pub(super) fn camel(name: &str) -> String {
    let mut text = String::new();
    let mut capitalize = false;
    for letter in name.chars() {
        match letter {
            '_' => capitalize = true,
            letter if capitalize && !letter.is_ascii_digit() => {
                text.push(letter.to_ascii_uppercase());
                capitalize = false;
            }
            letter => {
                text.push(letter);
                capitalize = false;
            }
        }
    }
    text
}

/// Returns the oneof of a field. The synthetic oneof of an `optional` field is ignored.
pub(super) fn oneof(field: &FieldDescriptor) -> Option<OneofDescriptor> {
    field
        .containing_oneof()
        .filter(|oneof| !oneof.is_synthetic())
}

/// Returns the name of a message or enum in its module: `Outer.Inner` → `Outer_Inner`.
pub(super) fn local_name(full_name: &str, file: &FileDescriptor) -> String {
    let name = full_name
        .strip_prefix(file.package_name())
        .unwrap_or(full_name);
    name.trim_start_matches('.').replace('.', "_")
}

#[cfg(test)]
mod tests {
    use super::camel;

    #[test]
    fn field_names_match_the_runtime() {
        for (name, expected) in [
            ("organization_id", "organizationId"),
            ("id", "id"),
            ("keyId", "keyId"),
            ("ipv_4_only", "ipv4Only"),
        ] {
            assert_eq!(camel(name), expected);
        }
    }
}
