//! Fields that documented examples set and the service's messages do not have.
//!
//! Python's message classes get them as strings with presence, so that the examples run as written; the wire tables
//! say which field each stands for. They exist in requests only.

use anyhow::{Context, ensure};
use prost_reflect::{FieldDescriptor, Kind};

use crate::Schema;

/// A string field that stands for another one.
#[derive(Debug, Clone, Copy)]
pub struct Alias {
    /// Full name of the message that gets the field.
    pub message: &'static str,
    /// Name of the field.
    pub name: &'static str,
    /// Its number, above the range that protobuf reserves for itself, where no schema of the service gets to.
    pub number: u32,
    /// Names of the fields from the message down to the one meant: a string or an enum.
    pub path: &'static [&'static str],
    /// Names accepted for an enum beside those of its values, lower case, with the value's name.
    pub also: &'static [(&'static str, &'static str)],
    /// The comment on the field.
    pub doc: &'static str,
}

/// All aliases, by message and number.
pub const ALIASES: &[Alias] = &[
    Alias {
        message: "scalekit.v1.directories.CreateDirectory",
        name: "provider",
        number: 20001,
        path: &["directory_provider"],
        also: &[
            ("azure", "MICROSOFT_AD"),
            ("azure_ad", "MICROSOFT_AD"),
            ("entra_id", "MICROSOFT_AD"),
            ("google_workspace", "GOOGLE"),
        ],
        doc: "Name of the `directory_provider`, in any letter case: one of its values, `azure`, `azure_ad`, \
              `entra_id` or `google_workspace`.",
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
        also: &[],
        doc: "Stands for the field of this name in `user_profile`.",
    }
}

/// The aliases of a message.
pub fn aliases_of(message: &str) -> impl Iterator<Item = &'static Alias> {
    ALIASES.iter().filter(move |alias| alias.message == message)
}

impl Alias {
    /// The fields on the way to the one meant, that one last.
    ///
    /// # Errors
    /// A path that the schema does not have.
    pub fn fields(&self, schema: &Schema) -> anyhow::Result<Vec<FieldDescriptor>> {
        let mut message = schema.pool().get_message_by_name(self.message);
        let mut fields = Vec::new();
        for name in self.path {
            let field = message
                .as_ref()
                .and_then(|message| message.get_field_by_name(name))
                .with_context(|| format!("the alias {}.{} finds no field {name}", self.message, self.name))?;
            message = field.kind().as_message().cloned();
            fields.push(field);
        }
        Ok(fields)
    }

    /// The names accepted for an enum and their numbers, sorted by name; empty if a string is meant.
    ///
    /// # Errors
    /// A path that the schema does not have or that ends elsewhere, or a value that its enum does not have.
    pub fn values(&self, schema: &Schema) -> anyhow::Result<Vec<(String, i32)>> {
        let last = self.fields(schema)?.pop().context("an alias without a path")?;
        let values = match last.kind() {
            Kind::String => return Ok(Vec::new()),
            Kind::Enum(values) => values,
            other => anyhow::bail!("the alias {}.{} means a {other:?}", self.message, self.name),
        };
        let mut names: Vec<(String, i32)> = values
            .values()
            .map(|value| (value.name().to_lowercase(), value.number()))
            .collect();
        for (name, value) in self.also {
            let value = values
                .get_value_by_name(value)
                .with_context(|| format!("{} has no value {value}", values.full_name()))?;
            ensure!(
                names.iter().all(|(taken, _)| taken != name),
                "{name} is a value already"
            );
            names.push(((*name).to_owned(), value.number()));
        }
        names.sort();
        Ok(names)
    }
}
