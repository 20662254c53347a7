//! `/_emulator/directories/`: changes users and groups of a directory, as an identity provider
//! would.

use http::Method;
use scalekit::api::raw::directories::{DirectoryGroup, DirectoryUser, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AdminError, body};
use crate::app::App;
use crate::http::Request;
use crate::secrets::{hash, random_token, suffix};
use crate::state::{DirectoryRow, scim_endpoint};

/// A group, and the ids of all its members if they change.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Group {
    #[serde(flatten)]
    group: DirectoryGroup,
    members: Option<Vec<String>>,
}

/// Handles a request. `rest` is the path after `directories/`: the directory id and the resource.
pub(super) fn handle(
    app: &App,
    method: &Method,
    rest: &str,
    request: &Request,
) -> Result<Value, AdminError> {
    let mut parts = rest.split('/');
    let (directory, resource, id) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let ctx = app.ctx();
    match (method.as_str(), resource, id) {
        ("POST", Some("secrets"), None) => add_secret(app, directory),
        ("PUT", Some("users"), None) => {
            let user: DirectoryUser = body(request)?;
            Ok(app.change(|state| {
                let row = state.put_directory_user(&ctx, directory, user)?;
                Ok::<_, AdminError>(json!(state.show_directory_user(&row, true)))
            })?)
        }
        ("DELETE", Some("users"), Some(id)) => {
            app.change(|state| state.remove_directory_user(&ctx, directory, id))?;
            Ok(Value::Null)
        }
        ("PUT", Some("groups"), None) => {
            let Group { group, members } = body(request)?;
            Ok(app.change(|state| {
                let row = state.put_directory_group(&ctx, directory, group, members.as_deref())?;
                Ok::<_, AdminError>(json!(state.show_directory_group(&row, true)))
            })?)
        }
        ("DELETE", Some("groups"), Some(id)) => {
            app.change(|state| state.remove_directory_group(&ctx, directory, id))?;
            Ok(Value::Null)
        }
        _ => Err(AdminError::no_route(method, &format!("directories/{rest}"))),
    }
}

/// Creates a SCIM secret of a directory. Only this response contains its plain text.
fn add_secret(app: &App, directory: &str) -> Result<Value, AdminError> {
    let ctx = app.ctx();
    let plain = random_token("scim");
    let secret = app.change(|state| {
        let secret = Secret {
            id: state.ids.next("sec"),
            create_time: ctx.stamp(),
            secret_suffix: suffix(&plain),
            directory_id: directory.to_owned(),
            ..Secret::default()
        };
        let stored = secret.clone();
        state
            .directories
            .change(directory, |row: &mut DirectoryRow| {
                row.hashes.insert(stored.id.clone(), hash(&plain));
                row.directory.secrets.push(stored);
            })?;
        Ok::<_, AdminError>(secret)
    })?;
    Ok(json!({ "id": secret.id, "secret": plain, "endpoint": scim_endpoint(&app.url, directory) }))
}
