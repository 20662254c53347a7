//! Users and groups as SCIM sees them: the document that was sent is kept, what the API shows is read from it.

use http::StatusCode;
use scalekit::api::directories::{DirectoryGroup, DirectoryUser};
use serde_json::{Map, Value, json};

use super::{Refusal, endpoint};
use crate::app::App;
use crate::http::Pairs;
use crate::state::{DirectoryGroupRow, DirectoryUserRow, Row, State};

/// The most resources in one answer.
pub(super) const MAX_RESULTS: usize = 200;

/// What a client says about itself or what follows from other things: never kept.
const COMPUTED: [&str; 3] = ["id", "meta", "groups"];

type Document = Map<String, Value>;

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

fn text(document: &Document, name: &str) -> String {
    document
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn ids(values: &Value) -> Vec<String> {
    let values = values.as_array().into_iter().flatten();
    values
        .filter_map(|value| value["value"].as_str().map(str::to_owned))
        .collect()
}

/// What the API shows of the document of a user.
fn user(document: Document) -> DirectoryUser {
    let name = |part: &str| {
        document
            .get("name")
            .and_then(|name| name[part].as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let all = document.get("emails").and_then(Value::as_array);
    let address = |entry: &Value| {
        entry
            .as_str()
            .or_else(|| entry["value"].as_str())
            .map(str::to_owned)
    };
    let emails: Vec<String> = all.into_iter().flatten().filter_map(address).collect();
    let primary = all
        .into_iter()
        .flatten()
        .find(|entry| entry["primary"] == true)
        .and_then(address);
    let user_name = text(&document, "userName");
    let fallback = Some(user_name.clone()).filter(|name| name.contains('@'));
    DirectoryUser {
        email: primary
            .or_else(|| emails.first().cloned())
            .or(fallback)
            .unwrap_or_default(),
        preferred_username: user_name,
        given_name: name("givenName"),
        family_name: name("familyName"),
        emails,
        user_detail: Some(document),
        ..DirectoryUser::default()
    }
}

/// The document of a user. One that came another way than by SCIM gets what SCIM would have sent.
fn user_document(row: &DirectoryUserRow) -> Document {
    let user = &row.user;
    let mut document = user.user_detail.clone().unwrap_or_default();
    let name = Some(user.preferred_username.as_str()).filter(|name| !name.is_empty());
    document
        .entry("userName")
        .or_insert_with(|| name.unwrap_or(&user.email).into());
    document
        .entry("name")
        .or_insert_with(|| json!({ "givenName": user.given_name, "familyName": user.family_name }));
    document
        .entry("emails")
        .or_insert_with(|| json!([{ "value": user.email, "primary": true }]));
    document.entry("active").or_insert(true.into());
    document
}

fn user_groups(state: &State, row: &DirectoryUserRow) -> (&'static str, Vec<Value>) {
    let groups = state.show_directory_user(row, false).groups.into_iter();
    let groups = groups.map(|group| json!({ "value": group.id, "display": group.display_name }));
    ("groups", groups.collect())
}

fn group_document(row: &DirectoryGroupRow) -> Document {
    let mut document = row.group.group_detail.clone().unwrap_or_default();
    document
        .entry("displayName")
        .or_insert_with(|| row.group.display_name.clone().into());
    document
}

fn members(state: &State, row: &DirectoryGroupRow) -> (&'static str, Vec<Value>) {
    let members = state.directory_users.by("group", row.id());
    let members = members.map(|user| json!({ "value": user.id(), "display": user.user.email }));
    ("members", members.collect())
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
