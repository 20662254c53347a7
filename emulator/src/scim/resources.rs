//! Users and groups as SCIM sees them: the document that was sent is kept, what the API shows is read from it.

use http::StatusCode;
use scalekit::api::directories::{DirectoryGroup, DirectoryUser};
use serde_json::{Value, json};

use super::names::{is_urn, tidy};
use super::path::{Filter, Path};
use super::shape::{
    Document, group_document, ids, members, text, user, user_document, user_groups, user_name,
};
use super::{Refusal, endpoint, patch};
use crate::app::App;
use crate::http::Pairs;
use crate::state::{Row, State};

/// The most resources in one answer.
pub(super) const MAX_RESULTS: usize = 200;

/// What a client says about itself or what follows from other things: never kept.
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
    fn place(&self) -> &'static str {
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

    fn missing(&self, id: &str) -> Refusal {
        Refusal::new(
            StatusCode::NOT_FOUND,
            format!("{}/{id} does not exist", self.place()),
        )
    }

    /// All resources as they are sent, in order of creation.
    fn all(&self, state: &State) -> Vec<Document> {
        match self.kind {
            Kind::User => (state.directory_users.by("directory", self.directory))
                .map(|row| self.shown(row.id(), user_document(row), user_groups(state, row)))
                .collect(),
            Kind::Group => (state.directory_groups.by("directory", self.directory))
                .map(|row| self.shown(row.id(), group_document(row), members(state, row)))
                .collect(),
        }
    }

    /// One resource as it is sent.
    fn find(&self, state: &State, id: &str) -> Result<Document, Refusal> {
        let found = match self.kind {
            Kind::User => (state.directory_users.get(id))
                .filter(|row| row.directory_id == self.directory)
                .map(|row| self.shown(id, user_document(row), user_groups(state, row))),
            Kind::Group => (state.directory_groups.get(id))
                .filter(|row| row.directory_id == self.directory)
                .map(|row| self.shown(id, group_document(row), members(state, row))),
        };
        found.ok_or_else(|| self.missing(id))
    }

    /// Whether a resource other than `id` has this name. Names of users do not depend on letter case (RFC 7643,
    /// section 4.1.1).
    fn is_taken(&self, state: &State, name: &str, id: &str) -> bool {
        match self.kind {
            Kind::User => (state.directory_users.by("directory", self.directory))
                .any(|row| row.id() != id && user_name(row).to_lowercase() == name.to_lowercase()),
            Kind::Group => (state.directory_groups.by("directory", self.directory))
                .any(|row| row.id() != id && row.group.display_name == name),
        }
    }

    fn shown(&self, id: &str, mut document: Document, (list, values): (&str, Vec<Value>)) -> Document {
        let (place, kind) = match self.kind {
            Kind::User => (self.place(), "User"),
            Kind::Group => (self.place(), "Group"),
        };
        let location = format!("{}/{place}/{id}", endpoint(&self.app.url, self.directory));
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

    /// One page, or what a filter such as `userName eq "ann"` picks.
    pub(super) fn list(&self, query: &Pairs) -> Result<Value, Refusal> {
        let mut all = self.all(&self.app.read());
        if let Some(filter) = query.get("filter") {
            let filter = Filter::parse(filter).ok_or_else(|| {
                let detail = "only filters such as userName eq \"ann\" are known";
                Refusal::invalid("invalidFilter", detail)
            })?;
            all.retain(|document| filter.picks(document));
        }
        let number = |name: &str, default: usize| match query.get(name) {
            None => Ok(default),
            Some(text) => text
                .parse::<i64>()
                .map(|number| usize::try_from(number).unwrap_or_default())
                .map_err(|_| Refusal::invalid("invalidValue", format!("{name} is no number"))),
        };
        let (start, count) = (
            number("startIndex", 1)?.max(1),
            number("count", MAX_RESULTS)?.min(MAX_RESULTS),
        );
        let total = all.len();
        let page = all.into_iter().skip(start - 1).take(count);
        let page: Vec<Document> = page.map(|document| chosen(document, query)).collect();
        Ok(json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": total, "startIndex": start, "itemsPerPage": page.len(), "Resources": page,
        }))
    }

    pub(super) fn get(&self, id: &str, query: &Pairs) -> Result<Value, Refusal> {
        let document = self.find(&self.app.read(), id)?;
        Ok(chosen(document, query).into())
    }

    pub(super) fn create(&self, document: Document) -> Result<Document, Refusal> {
        self.app.change(|state| self.put(state, "", document))
    }

    pub(super) fn replace(&self, id: &str, document: Document) -> Result<Document, Refusal> {
        self.app.change(|state| {
            self.find(state, id)?;
            self.put(state, id, document)
        })
    }

    /// Changes a resource in parts.
    pub(super) fn patch(&self, id: &str, patch: &Document) -> Result<Document, Refusal> {
        self.app.change(|state| {
            let mut document = self.find(state, id)?;
            patch::apply(&mut document, patch)?;
            self.put(state, id, document)
        })
    }

    fn put(&self, state: &mut State, id: &str, document: Document) -> Result<Document, Refusal> {
        let mut document = tidy(document)?;
        let name = text(&document, self.name());
        if name.is_empty() {
            let detail = format!("{} is missing", self.name());
            return Err(Refusal::invalid("invalidValue", detail));
        }
        if self.is_taken(state, &name, id) {
            return Err(Refusal {
                kind: Some("uniqueness"),
                ..Refusal::new(StatusCode::CONFLICT, format!("{} {name:?} is taken", self.name()))
            });
        }
        for name in COMPUTED {
            document.remove(name);
        }
        let ctx = self.app.ctx();
        let id = match self.kind {
            Kind::User => {
                let groups = state.directory_users.get(id).map(|row| row.user.groups.clone());
                let user = DirectoryUser {
                    id: id.to_owned(),
                    groups: groups.unwrap_or_default(),
                    ..user(document)
                };
                state.put_directory_user(&ctx, self.directory, user)?.user.id
            }
            Kind::Group => {
                let members = document.remove("members").map(|members| ids(&members));
                let group = DirectoryGroup {
                    id: id.to_owned(),
                    display_name: name,
                    group_detail: Some(document),
                    ..DirectoryGroup::default()
                };
                // A new document without members is a group without members.
                let members = members.unwrap_or_default();
                let row = state.put_directory_group(&ctx, self.directory, group, Some(&members))?;
                row.group.id
            }
        };
        self.find(state, &id)
    }

    pub(super) fn delete(&self, id: &str) -> Result<(), Refusal> {
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

/// What always comes back (RFC 7643, section 3.1).
const ALWAYS: [&str; 2] = ["schemas", "id"];

/// The attributes that a request wants, or all without those that it does not want (RFC 7644, section 3.9).
pub(super) fn chosen(mut document: Document, query: &Pairs) -> Document {
    let paths = |name: &str| {
        let listed = query.get(name).unwrap_or_default().split(',');
        listed.filter_map(Path::parse).collect::<Vec<_>>()
    };
    let wanted = paths("attributes");
    if !wanted.is_empty() {
        document.retain(|name, _| {
            let holder = |path: &Path<'_>| path.schema.unwrap_or(path.attribute).eq_ignore_ascii_case(name);
            ALWAYS.contains(&name.as_str()) || wanted.iter().any(holder)
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
