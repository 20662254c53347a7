//! `/_emulator/directories/`: what an identity provider would do to a directory.

use http::Method;
use scalekit::api::directories::{DirectoryGroup, DirectoryUser, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, body};
use crate::app::App;
use crate::http::Request;
use crate::scim;
use crate::secrets::{hash, random_token, suffix};
use crate::state::DirectoryRow;

/// A group, and the ids of all its users if those change.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Group {
    #[serde(flatten)]
    group: DirectoryGroup,
    members: Option<Vec<String>>,
}

/// `rest` is the directory's id and what of it is meant.
pub(super) fn route(app: &App, method: &Method, rest: &str, request: &Request) -> Result<Value, Refusal> {
    let mut parts = rest.split('/');
    let (directory, what, id) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let ctx = app.ctx();
    match (method.as_str(), what, id) {
        ("POST", Some("secrets"), None) => add_secret(app, directory),
        ("PUT", Some("users"), None) => {
            let user: DirectoryUser = body(request)?;
            Ok(app.change(|state| {
                let row = state.put_directory_user(&ctx, directory, user)?;
                Ok::<_, Refusal>(json!(state.show_directory_user(&row, true)))
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
                Ok::<_, Refusal>(json!(state.show_directory_group(&row, true)))
            })?)
        }
        ("DELETE", Some("groups"), Some(id)) => {
            app.change(|state| state.remove_directory_group(&ctx, directory, id))?;
            Ok(Value::Null)
        }
        _ => Err(Refusal::nothing_here(method, &format!("directories/{rest}"))),
    }
}

/// A secret that an identity provider pushes with. It is shown this once.
fn add_secret(app: &App, directory: &str) -> Result<Value, Refusal> {
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
        let kept = secret.clone();
        state.directories.change(directory, |row: &mut DirectoryRow| {
            row.hashes.insert(kept.id.clone(), hash(&plain));
            row.directory.secrets.push(kept);
        })?;
        Ok::<_, Refusal>(secret)
    })?;
    Ok(json!({ "id": secret.id, "secret": plain, "endpoint": scim::endpoint(&app.url, directory) }))
}
