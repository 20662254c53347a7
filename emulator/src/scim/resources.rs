//! Users and groups as SCIM sees them: the document that was sent is kept, what the API shows is read from it.

use http::StatusCode;
use scalekit::api::directories::{DirectoryGroup, DirectoryUser};
use serde_json::{Value, json};

use super::shape::{Document, group_document, ids, members, text, user, user_document, user_groups};
use super::{Refusal, endpoint};
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

    fn shown(&self, id: &str, mut document: Document, (list, values): (&str, Vec<Value>)) -> Document {
        let (place, kind) = match self.kind {
            Kind::User => (self.place(), "User"),
            Kind::Group => (self.place(), "Group"),
        };
        let location = format!("{}/{place}/{id}", endpoint(&self.app.url, self.directory));
        document.insert(
            "schemas".into(),
            json!([format!("urn:ietf:params:scim:schemas:core:2.0:{kind}")]),
        );
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
            let (attribute, value) = equality(filter)?;
            all.retain(|document| {
                let found = document
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(attribute));
                found.is_some_and(|(_, known)| {
                    known
                        .as_str()
                        .is_some_and(|known| known.eq_ignore_ascii_case(&value))
                })
            });
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
        let page: Vec<Document> = all.into_iter().skip(start - 1).take(count).collect();
        Ok(json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": total, "startIndex": start, "itemsPerPage": page.len(), "Resources": page,
        }))
    }

    pub(super) fn get(&self, id: &str) -> Result<Value, Refusal> {
        let all = self.all(&self.app.read());
        let found = all.into_iter().find(|document| document["id"] == id);
        found.map(Value::Object).ok_or_else(|| self.missing(id))
    }

    /// The document behind a resource, for a change in parts.
    pub(super) fn document(&self, id: &str) -> Result<Document, Refusal> {
        match self.get(id)? {
            Value::Object(document) => Ok(document),
            _ => Err(self.missing(id)),
        }
    }

    pub(super) fn create(&self, document: Document) -> Result<Value, Refusal> {
        let name = document
            .get(self.name())
            .and_then(Value::as_str)
            .unwrap_or_default();
        let all = self.all(&self.app.read());
        if all
            .iter()
            .any(|known| known.get(self.name()).is_some_and(|known| known == name))
        {
            return Err(Refusal {
                kind: Some("uniqueness"),
                ..Refusal::new(StatusCode::CONFLICT, format!("{} {name:?} is taken", self.name()))
            });
        }
        self.put("", document)
    }

    pub(super) fn replace(&self, id: &str, document: Document) -> Result<Value, Refusal> {
        self.get(id)?;
        self.put(id, document)
    }

    fn put(&self, id: &str, mut document: Document) -> Result<Value, Refusal> {
        let name = document.get(self.name()).and_then(Value::as_str);
        if name.is_none_or(str::is_empty) {
            return Err(Refusal::invalid(
                "invalidValue",
                format!("{} is missing", self.name()),
            ));
        }
        for name in COMPUTED {
            document.remove(name);
        }
        let ctx = self.app.ctx();
        let id = self.app.change(|state| match self.kind {
            Kind::User => {
                let groups = state.directory_users.get(id).map(|row| row.user.groups.clone());
                let user = DirectoryUser {
                    id: id.to_owned(),
                    groups: groups.unwrap_or_default(),
                    ..user(document)
                };
                let row = state.put_directory_user(&ctx, self.directory, user)?;
                Ok::<_, Refusal>(row.user.id)
            }
            Kind::Group => {
                let members = document.remove("members").map(|members| ids(&members));
                let group = DirectoryGroup {
                    id: id.to_owned(),
                    display_name: text(&document, "displayName"),
                    group_detail: Some(document),
                    ..DirectoryGroup::default()
                };
                // A new document without members is a group without members.
                let members = members.unwrap_or_default();
                let row = state.put_directory_group(&ctx, self.directory, group, Some(&members))?;
                Ok(row.group.id)
            }
        })?;
        self.get(&id)
    }

    pub(super) fn delete(&self, id: &str) -> Result<(), Refusal> {
        self.get(id)?;
        let ctx = self.app.ctx();
        self.app.change(|state| match self.kind {
            Kind::User => state.remove_directory_user(&ctx, self.directory, id),
            Kind::Group => state.remove_directory_group(&ctx, self.directory, id),
        })?;
        Ok(())
    }
}

/// The attribute and the text of a filter `attribute eq "text"`, the one that identity providers send.
fn equality(filter: &str) -> Result<(&str, String), Refusal> {
    let unknown = || {
        Refusal::invalid(
            "invalidFilter",
            "only filters such as userName eq \"ann\" are known",
        )
    };
    let mut words = filter.trim().splitn(3, ' ');
    let (Some(attribute), Some(operator), Some(value)) = (words.next(), words.next(), words.next()) else {
        return Err(unknown());
    };
    if !operator.eq_ignore_ascii_case("eq") {
        return Err(unknown());
    }
    let value = serde_json::from_str(value.trim()).map_err(|_| unknown())?;
    Ok((attribute, value))
}
