//! Conversion between SCIM documents and the users and groups of the API.

use scalekit::api::raw::directories::DirectoryUser;
use serde_json::{Map, Value, json};

use super::names::{field, normalize_names};
use crate::state::{DirectoryGroupRow, DirectoryUserRow, Row, State};

/// A SCIM resource.
pub(super) type Document = Map<String, Value>;

pub(super) fn text(document: &Document, name: &str) -> String {
    document
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

pub(super) fn ids(values: &Value) -> Vec<String> {
    let values = values.as_array().into_iter().flatten();
    values
        .filter_map(|value| value["value"].as_str().map(str::to_owned))
        .collect()
}

/// Converts the document of a user to the user of the API.
pub(super) fn user(document: Document) -> DirectoryUser {
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

/// Returns the `userName` of a user. Users that were not created by SCIM use the preferred username
/// or the email address.
pub(super) fn user_name(row: &DirectoryUserRow) -> &str {
    let user = &row.user;
    let scim_name = user
        .user_detail
        .as_ref()
        .and_then(|document| field(document, "userName"));
    match scim_name.and_then(Value::as_str) {
        Some(name) => name,
        None if user.preferred_username.is_empty() => &user.email,
        None => &user.preferred_username,
    }
}

/// Returns the document of a user. Missing attributes are filled in for users that were not created
/// by SCIM.
pub(super) fn user_document(row: &DirectoryUserRow) -> Document {
    let user = &row.user;
    let mut document = normalize_names(user.user_detail.clone().unwrap_or_default());
    document
        .entry("userName")
        .or_insert_with(|| user_name(row).into());
    document
        .entry("name")
        .or_insert_with(|| json!({ "givenName": user.given_name, "familyName": user.family_name }));
    document
        .entry("emails")
        .or_insert_with(|| json!([{ "value": user.email, "primary": true }]));
    document.entry("active").or_insert(true.into());
    document
}

pub(super) fn user_groups(state: &State, row: &DirectoryUserRow) -> (&'static str, Vec<Value>) {
    let groups = state.show_directory_user(row, false).groups.into_iter();
    let groups = groups.map(|group| json!({ "value": group.id, "display": group.display_name }));
    ("groups", groups.collect())
}

pub(super) fn group_document(row: &DirectoryGroupRow) -> Document {
    let mut document = normalize_names(row.group.group_detail.clone().unwrap_or_default());
    document
        .entry("displayName")
        .or_insert_with(|| row.group.display_name.clone().into());
    document
}

pub(super) fn members(state: &State, row: &DirectoryGroupRow) -> (&'static str, Vec<Value>) {
    let members = state.directory_users.by("group", row.id());
    let members = members.map(|user| json!({ "value": user.id(), "display": user.user.email }));
    ("members", members.collect())
}
