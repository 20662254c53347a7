//! SCIM users and groups. The received document is stored, and the fields of the API are read from
//! it.

use http::StatusCode;
use scalekit::api::raw::directories::{DirectoryGroup, DirectoryUser};
use serde_json::{Value, json};

use super::names::{is_urn, normalize};
use super::path::{Filter, Path};
use super::shape::{
    Document, group_document, ids, members, text, user, user_document, user_groups, user_name,
};
use super::{ScimError, patch};
use crate::app::App;
use crate::http::Pairs;
use crate::state::{Row, State, scim_endpoint};

/// Maximum number of resources in a response.
pub(super) const MAX_RESULTS: usize = 200;

/// Read-only attributes. They are computed and never stored.
const COMPUTED: [&str; 3] = ["id", "meta", "groups"];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Group,
}

/// The users or the groups of a directory.
pub(super) struct Resource<'a> {
    pub(super) app: &'a App,
    pub(super) directory: &'a str,
    pub(super) kind: Kind,
}

impl Resource<'_> {
    fn collection(&self) -> &'static str {
        match self.kind {
            Kind::User => "Users",
            Kind::Group => "Groups",
        }
    }

    /// The attribute that names a resource.
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::User => "userName",
            Kind::Group => "displayName",
        }
    }

    fn missing(&self, id: &str) -> ScimError {
        ScimError::new(
            StatusCode::NOT_FOUND,
            format!("{}/{id} does not exist", self.collection()),
        )
    }

    /// Returns the documents of all resources, in order of creation.
    fn all(&self, state: &State) -> Vec<Document> {
        match self.kind {
            Kind::User => (state.directory_users.by("directory", self.directory))
                .map(|row| self.complete(row.id(), user_document(row), user_groups(state, row)))
                .collect(),
            Kind::Group => (state.directory_groups.by("directory", self.directory))
                .map(|row| self.complete(row.id(), group_document(row), members(state, row)))
                .collect(),
        }
    }

    /// Returns the document of a resource.
    fn find(&self, state: &State, id: &str) -> Result<Document, ScimError> {
        let found = match self.kind {
            Kind::User => (state.directory_users.get(id))
                .filter(|row| row.directory_id == self.directory)
                .map(|row| self.complete(id, user_document(row), user_groups(state, row))),
            Kind::Group => (state.directory_groups.get(id))
                .filter(|row| row.directory_id == self.directory)
                .map(|row| self.complete(id, group_document(row), members(state, row))),
        };
        found.ok_or_else(|| self.missing(id))
    }

    /// Returns `true` if a resource other than `id` has this name. User names are case-insensitive
    /// (RFC 7643, section 4.1.1).
    fn is_taken(&self, state: &State, name: &str, id: &str) -> bool {
        match self.kind {
            Kind::User => (state.directory_users.by("directory", self.directory))
                .any(|row| row.id() != id && user_name(row).to_lowercase() == name.to_lowercase()),
            Kind::Group => (state.directory_groups.by("directory", self.directory))
                .any(|row| row.id() != id && row.group.display_name == name),
        }
    }

    /// Adds the read-only attributes to a stored document.
    fn complete(
        &self,
        id: &str,
        mut document: Document,
        (list, values): (&str, Vec<Value>),
    ) -> Document {
        let kind = match self.kind {
            Kind::User => "User",
            Kind::Group => "Group",
        };
        let endpoint = scim_endpoint(&self.app.url, self.directory);
        let location = format!("{endpoint}/{}/{id}", self.collection());
        let core = format!("urn:ietf:params:scim:schemas:core:2.0:{kind}");
        let extensions = document.keys().filter(|name| is_urn(name)).cloned();
        let schemas: Vec<String> = std::iter::once(core).chain(extensions).collect();
        document.insert("schemas".into(), schemas.into());
        document.insert("id".into(), id.into());
        document.insert(
            "meta".into(),
            json!({ "resourceType": kind, "location": location }),
        );
        document.insert(list.into(), values.into());
        document
    }

    /// Returns a page of the resources that match the filter. Without a filter, all resources
    /// match.
    pub(super) fn list(&self, query: &Pairs) -> Result<Value, ScimError> {
        let mut all = self.all(&self.app.read());
        if let Some(filter) = query.get("filter") {
            let filter = Filter::parse(filter).ok_or_else(|| {
                let detail = "only filters such as userName eq \"ann\" are supported";
                ScimError::invalid("invalidFilter", detail)
            })?;
            all.retain(|document| filter.matches(document));
        }
        let number = |name: &str, default: usize| match query.get(name) {
            None => Ok(default),
            Some(text) => text
                .parse::<i64>()
                .map(|number| usize::try_from(number).unwrap_or_default())
                .map_err(|_| {
                    ScimError::invalid("invalidValue", format!("{name} must be a number"))
                }),
        };
        let (start, count) = (
            number("startIndex", 1)?.max(1),
            number("count", MAX_RESULTS)?.min(MAX_RESULTS),
        );
        let total = all.len();
        let page = all.into_iter().skip(start - 1).take(count);
        let page: Vec<Document> = page
            .map(|document| select_attributes(document, query))
            .collect();
        Ok(json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": total, "startIndex": start, "itemsPerPage": page.len(), "Resources": page,
        }))
    }

    pub(super) fn get(&self, id: &str, query: &Pairs) -> Result<Value, ScimError> {
        let document = self.find(&self.app.read(), id)?;
        Ok(select_attributes(document, query).into())
    }

    pub(super) fn create(&self, document: Document) -> Result<Document, ScimError> {
        self.app.change(|state| self.put(state, "", document))
    }

    pub(super) fn replace(&self, id: &str, document: Document) -> Result<Document, ScimError> {
        self.app.change(|state| {
            self.find(state, id)?;
            self.put(state, id, document)
        })
    }

    /// Applies PATCH operations to a resource.
    pub(super) fn patch(&self, id: &str, patch: &Document) -> Result<Document, ScimError> {
        self.app.change(|state| {
            let mut document = self.find(state, id)?;
            patch::apply(&mut document, patch)?;
            self.put(state, id, document)
        })
    }

    fn put(&self, state: &mut State, id: &str, document: Document) -> Result<Document, ScimError> {
        let mut document = normalize(document)?;
        let name = text(&document, self.name());
        if name.is_empty() {
            let detail = format!("{} is missing", self.name());
            return Err(ScimError::invalid("invalidValue", detail));
        }
        if self.is_taken(state, &name, id) {
            return Err(ScimError {
                kind: Some("uniqueness"),
                ..ScimError::new(
                    StatusCode::CONFLICT,
                    format!("{} {name:?} already exists", self.name()),
                )
            });
        }
        for name in COMPUTED {
            document.remove(name);
        }
        let ctx = self.app.ctx();
        let id = match self.kind {
            Kind::User => {
                let groups = state
                    .directory_users
                    .get(id)
                    .map(|row| row.user.groups.clone());
                let user = DirectoryUser {
                    id: id.to_owned(),
                    groups: groups.unwrap_or_default(),
                    ..user(document)
                };
                state
                    .put_directory_user(&ctx, self.directory, user)?
                    .user
                    .id
            }
            Kind::Group => {
                let members = document.remove("members").map(|members| ids(&members));
                let group = DirectoryGroup {
                    id: id.to_owned(),
                    display_name: name,
                    group_detail: Some(document),
                    ..DirectoryGroup::default()
                };
                // The document is complete: without `members`, the group has no members.
                let members = members.unwrap_or_default();
                let row = state.put_directory_group(&ctx, self.directory, group, Some(&members))?;
                row.group.id
            }
        };
        self.find(state, &id)
    }

    pub(super) fn delete(&self, id: &str) -> Result<(), ScimError> {
        let ctx = self.app.ctx();
        self.app.change(|state| {
            self.find(state, id)?;
            match self.kind {
                Kind::User => state.remove_directory_user(&ctx, self.directory, id),
                Kind::Group => state.remove_directory_group(&ctx, self.directory, id),
            }?;
            Ok(())
        })
    }
}

/// Attributes that are always returned (RFC 7643, section 3.1).
const ALWAYS: [&str; 2] = ["schemas", "id"];

/// Applies the parameters `attributes` and `excludedAttributes` to a document (RFC 7644, section
/// 3.9).
pub(super) fn select_attributes(mut document: Document, query: &Pairs) -> Document {
    let paths = |name: &str| {
        let listed = query.get(name).unwrap_or_default().split(',');
        listed.filter_map(Path::parse).collect::<Vec<_>>()
    };
    let included = paths("attributes");
    if !included.is_empty() {
        document.retain(|name, _| {
            let holder = |path: &Path<'_>| {
                path.schema
                    .unwrap_or(path.attribute)
                    .eq_ignore_ascii_case(name)
            };
            ALWAYS.contains(&name.as_str()) || included.iter().any(holder)
        });
    }
    for path in paths("excludedAttributes") {
        if !ALWAYS
            .iter()
            .any(|name| path.attribute.eq_ignore_ascii_case(name))
        {
            patch::remove(&mut document, &path, &Value::Null);
        }
    }
    document
}
