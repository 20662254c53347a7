//! Alias fields: fields that documented examples set but that the service's messages do not have.
//!
//! An alias is a string field with presence. It exists in Python's message classes, so that the
//! examples run unchanged, and only in requests. The wire tables map it to the actual field.

use anyhow::{Context, ensure};
use prost_reflect::{FieldDescriptor, Kind};

use crate::Schema;

/// A string field that is an alias of another field.
#[derive(Debug, Clone, Copy)]
pub struct Alias {
    /// Full name of the message that contains the alias.
    pub message: &'static str,
    /// Name of the alias.
    pub name: &'static str,
    /// Field number of the alias. It is above protobuf's reserved range, so that it does not
    /// conflict with the numbers of the service.
    pub number: u32,
    /// Path from the message to the actual field, which is a string or an enum.
    pub path: &'static [&'static str],
    /// Additional names for the values of an enum: lower-case name and name of the value.
    pub extra_names: &'static [(&'static str, &'static str)],
    /// The comment on the alias.
    pub doc: &'static str,
}

/// All aliases, sorted by message and number.
pub const ALIASES: &[Alias] = &[
    Alias {
        message: "scalekit.v1.directories.CreateDirectory",
        name: "provider",
        number: 20001,
        path: &["directory_provider"],
        extra_names: &[
            ("azure", "MICROSOFT_AD"),
            ("azure_ad", "MICROSOFT_AD"),
            ("entra_id", "MICROSOFT_AD"),
            ("google_workspace", "GOOGLE"),
        ],
        doc: "Name of the `directory_provider`, in upper or lower case: the name of an enum value, or `azure`, \
              `azure_ad`, `entra_id` or `google_workspace`.",
    },
    profile(
        "scalekit.v1.users.CreateUser",
        "given_name",
        20001,
        &["user_profile", "given_name"],
    ),
    profile(
        "scalekit.v1.users.CreateUser",
        "family_name",
        20002,
        &["user_profile", "family_name"],
    ),
    profile(
        "scalekit.v1.users.UpdateUser",
        "given_name",
        20001,
        &["user_profile", "given_name"],
    ),
    profile(
        "scalekit.v1.users.UpdateUser",
        "family_name",
        20002,
        &["user_profile", "family_name"],
    ),
];

const fn profile(
    message: &'static str,
    name: &'static str,
    number: u32,
    path: &'static [&'static str],
) -> Alias {
    Alias {
        message,
        name,
        number,
        path,
        extra_names: &[],
        doc: "Alias of the field with the same name in `user_profile`.",
    }
}

/// Returns the aliases of a message.
pub fn aliases_of(message: &str) -> impl Iterator<Item = &'static Alias> {
    ALIASES.iter().filter(move |alias| alias.message == message)
}

impl Alias {
    /// Returns the fields along the path. The last one is the actual field.
    ///
    /// # Errors
    /// Returns an error if the schema has no field at the path.
    pub fn fields(&self, schema: &Schema) -> anyhow::Result<Vec<FieldDescriptor>> {
        let mut message = schema.pool().get_message_by_name(self.message);
        let mut fields = Vec::new();
        for name in self.path {
            let field = message
                .as_ref()
                .and_then(|message| message.get_field_by_name(name))
                .with_context(|| {
                    format!(
                        "alias {}.{}: there is no field {name}",
                        self.message, self.name
                    )
                })?;
            message = field.kind().as_message().cloned();
            fields.push(field);
        }
        Ok(fields)
    }

    /// Returns the accepted names of an enum and their numbers, sorted by name. The list is empty
    /// if the actual field is a string.
    ///
    /// # Errors
    /// Returns an error if the path does not lead to a string or an enum, or if an additional name
    /// refers to an unknown enum value.
    pub fn values(&self, schema: &Schema) -> anyhow::Result<Vec<(String, i32)>> {
        let last = self
            .fields(schema)?
            .pop()
            .context("the path of an alias is empty")?;
        let values = match last.kind() {
            Kind::String => return Ok(Vec::new()),
            Kind::Enum(values) => values,
            other => anyhow::bail!(
                "alias {}.{}: the field must be a string or an enum, not {other:?}",
                self.message,
                self.name
            ),
        };
        let mut names: Vec<(String, i32)> = values
            .values()
            .map(|value| (value.name().to_lowercase(), value.number()))
            .collect();
        for (name, value) in self.extra_names {
            let value = values
                .get_value_by_name(value)
                .with_context(|| format!("{} has no value {value}", values.full_name()))?;
            ensure!(
                names.iter().all(|(existing, _)| existing != name),
                "alias {}.{}: {name} is already the name of a value",
                self.message,
                self.name
            );
            names.push(((*name).to_owned(), value.number()));
        }
        names.sort();
        Ok(names)
    }
}
