//! The resource and the name of each method, derived from the name of its RPC.

use anyhow::{Context, ensure};
use prost_reflect::ServiceDescriptor;

use super::config::{Config, ResourceConfig};
use crate::{Operation, Schema, snake_case};

/// Returns the configured resources, and one for each service without a configured resource.
pub(super) fn resources(schema: &Schema, config: &Config) -> anyhow::Result<Vec<ResourceConfig>> {
    let services = schema.services();
    for resource in &config.resources {
        ensure!(
            services
                .iter()
                .any(|service| service.name() == resource.service),
            "resource {}: the schema has no service {}",
            resource.accessor,
            resource.service
        );
        ensure!(
            !resource.nouns.is_empty(),
            "resource {}: nouns is empty",
            resource.accessor
        );
    }
    let mut resources = Vec::new();
    for service in &services {
        let before = resources.len();
        let configured = config.resources.iter();
        resources.extend(
            configured
                .filter(|resource| resource.service == service.name())
                .cloned(),
        );
        if resources.len() == before {
            resources.push(default_resource(service));
        }
    }
    Ok(resources)
}

/// `OrganizationService` → accessor `organizations`, noun `Organization`.
fn default_resource(service: &ServiceDescriptor) -> ResourceConfig {
    let name = service.name();
    let base = name.strip_suffix("Service").unwrap_or(name);
    let noun = base.strip_suffix('s').unwrap_or(base).to_owned();
    ResourceConfig {
        accessor: plural(&snake_case(&noun)),
        service: name.to_owned(),
        nouns: vec![noun],
        doc: None,
        rename: Default::default(),
    }
}

/// Returns the resource of an operation and the name of its method.
///
/// An RPC whose name ends with a preposition and a noun (`AddPermissionsToRole`) belongs to the
/// resource with this noun. Otherwise it belongs to the resource whose noun follows the verb; the
/// longest noun wins. An RPC without a noun belongs to the first resource of its service.
pub(super) fn assign<'a>(
    resources: &'a [ResourceConfig],
    operation: &Operation,
) -> anyhow::Result<(&'a ResourceConfig, String)> {
    let snake = snake_case(operation.method.name());
    let words: Vec<&str> = snake.split('_').collect();
    let of_service: Vec<&ResourceConfig> = resources
        .iter()
        .filter(|resource| resource.service == operation.service.name())
        .collect();
    let nouns = || {
        of_service.iter().flat_map(|resource| {
            let nouns = resource.nouns.iter();
            nouns.map(move |noun| (*resource, snake_case(noun)))
        })
    };
    for (resource, noun) in nouns() {
        if let Some(name) = without_trailing(&words, &noun) {
            return Ok((resource, name));
        }
    }
    let longest = nouns()
        .filter_map(|(resource, noun)| Some((noun.len(), resource, without(&words, &noun)?)))
        .max_by_key(|(length, ..)| *length);
    if let Some((_, resource, name)) = longest {
        return Ok((resource, name));
    }
    let main = of_service
        .first()
        .with_context(|| format!("{} has no resource", operation.service.name()))?;
    Ok((main, snake))
}

/// Removes the noun after the verb: `list_organizations` → `list`.
fn without(words: &[&str], noun: &str) -> Option<String> {
    let (verb, rest) = words.split_first()?;
    let length = noun.split('_').count();
    let found = rest.get(..length)?.join("_");
    (found == noun || found == plural(noun)).then(|| [&[*verb], &rest[length..]].concat().join("_"))
}

/// Removes a noun at the end with its preposition: `add_permissions_to_role` → `add_permissions`.
fn without_trailing(words: &[&str], noun: &str) -> Option<String> {
    let length = noun.split('_').count();
    let (start, end) = words.split_at_checked(words.len().checked_sub(length)?)?;
    let (preposition, start) = start.split_last()?;
    let matches = end.join("_") == noun && ["for", "from", "of", "to"].contains(preposition);
    (matches && start.len() > 1).then(|| start.join("_"))
}

/// `directory` → `directories`, `role` → `roles`.
fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::{without, without_trailing};

    #[test]
    fn the_noun_after_the_verb_is_removed() {
        let name = |name: &str, noun| without(&name.split('_').collect::<Vec<_>>(), noun);
        assert_eq!(
            name("list_directories", "directory").as_deref(),
            Some("list")
        );
        assert_eq!(
            name("update_role_base", "role").as_deref(),
            Some("update_base")
        );
        assert_eq!(name("list_scoped_tools", "tool"), None);
        assert_eq!(name("list", "tool"), None);
    }

    #[test]
    fn a_trailing_noun_is_removed_with_its_preposition() {
        let name = |name: &str, noun| without_trailing(&name.split('_').collect::<Vec<_>>(), noun);
        assert_eq!(
            name("get_link_for_connected_account", "connected_account").as_deref(),
            Some("get_link")
        );
        assert_eq!(name("get_connected_account", "connected_account"), None);
        assert_eq!(name("add_to_role", "role"), None);
    }
}
