//! The notation for parameters in `codegen/layers/<language>.toml`, such as `size = 10 ->
//! page.size`.

use anyhow::{bail, ensure};
use prost_reflect::MessageDescriptor;

use super::config::{ClientConfig, ParamConfig};
use super::params::{Param, Presence, resolve};
use crate::Schema;

/// The parts of one parameter in the notation.
#[derive(Debug, Clone, PartialEq)]
struct ParamSpec {
    name: String,
    presence: Presence,
    /// The path of the field, if it differs from the name.
    path: Option<String>,
}

/// The context in which the parameters of one method are parsed.
pub(super) struct ParamParser<'a> {
    pub(super) schema: &'a Schema,
    pub(super) client: &'a ClientConfig,
    /// The request that the parameters fill.
    pub(super) request: &'a MessageDescriptor,
    /// The request of the first call, for a method with several calls.
    pub(super) first_request: Option<&'a MessageDescriptor>,
}

impl ParamParser<'_> {
    /// Parses the parameters of a method or a group.
    pub(super) fn parse(&self, entries: &[ParamConfig]) -> anyhow::Result<Vec<Param>> {
        let mut params = Vec::new();
        let mut keyword_only = false;
        for entry in entries {
            let text = match entry {
                ParamConfig::One(text) => text,
                ParamConfig::Group(groups) => {
                    for (name, members) in groups {
                        params.push(self.group(name, members)?);
                    }
                    continue;
                }
            };
            let Some(ParamSpec {
                name,
                presence,
                path,
            }) = parse_spec(text)?
            else {
                keyword_only = true;
                continue;
            };
            let path = path.unwrap_or_else(|| self.default_path(&name));
            let (schema, request, first) = (self.schema, self.request, self.first_request);
            let param = resolve(schema, request, first, name, presence, &path)?;
            params.push(Param {
                keyword_only,
                ..param
            });
        }
        Ok(params)
    }

    fn group(&self, name: &str, members: &[ParamConfig]) -> anyhow::Result<Param> {
        let (name, interface) = match name.split_once(": ") {
            Some((name, interface)) => (name, Some(interface.to_owned())),
            None => (name, None),
        };
        let (name, presence) = match name.strip_suffix('?') {
            Some(name) => (name, Presence::Optional),
            None => (name, Presence::Required),
        };
        let group = Param::group(name.to_owned(), presence, self.parse(members)?);
        Ok(Param { interface, ..group })
    }

    /// Returns the field that a parameter without a path fills.
    fn default_path(&self, name: &str) -> String {
        let mut renamed = self.client.rename.iter().filter(|(_, to)| *to == name);
        match renamed.next() {
            Some((from, _)) if self.request.get_field_by_name(name).is_none() => from.clone(),
            _ => name.to_owned(),
        }
    }
}

/// Parses one parameter. Returns `None` for `*`, which precedes keyword-only parameters.
fn parse_spec(text: &str) -> anyhow::Result<Option<ParamSpec>> {
    if text == "*" {
        return Ok(None);
    }
    let (left, path) = match text.split_once(" -> ") {
        Some((left, path)) => (left, Some(path.trim().to_owned())),
        None => (text, None),
    };
    let left = left.trim();
    let (name, presence) = if let Some((name, literal)) = left.split_once(" = ") {
        (name, Presence::Default(literal.to_owned()))
    } else if let Some(name) = left.strip_suffix(" | None") {
        (name, Presence::Nullable)
    } else if let Some(name) = left.strip_suffix('?') {
        (name, Presence::Optional)
    } else {
        (left, Presence::Required)
    };
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter == '_');
    ensure!(
        is_name,
        "parameter {text:?}: {name:?} must consist of lower-case letters and `_`"
    );
    if let Some("") = path.as_deref() {
        bail!("parameter {text:?}: the path after `->` is empty");
    }
    Ok(Some(ParamSpec {
        name: name.to_owned(),
        presence,
        path,
    }))
}

#[cfg(test)]
mod tests {
    use super::{ParamSpec, Presence, parse_spec};

    #[test]
    fn parameters_are_parsed_with_default_and_path() {
        let parsed = |text: &str| parse_spec(text).unwrap().unwrap();
        let expected = |name: &str, presence, path: Option<&str>| ParamSpec {
            name: name.to_owned(),
            presence,
            path: path.map(str::to_owned),
        };
        let default = |literal: &str| Presence::Default(literal.to_owned());
        assert_eq!(parsed("user"), expected("user", Presence::Required, None));
        assert_eq!(
            parsed("page_size?"),
            expected("page_size", Presence::Optional, None)
        );
        assert_eq!(
            parsed("name | None"),
            expected("name", Presence::Nullable, None)
        );
        assert_eq!(parsed("size = 10"), expected("size", default("10"), None));
        assert_eq!(
            parsed("text = \"\" -> provider.text"),
            expected("text", default("\"\""), Some("provider.text"))
        );
        assert_eq!(
            parsed("roles -> roles[role_name]"),
            expected("roles", Presence::Required, Some("roles[role_name]"))
        );
        assert_eq!(parse_spec("*").unwrap(), None);
        assert!(parse_spec("Not a name").is_err());
    }
}
