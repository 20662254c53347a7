//! The login pages. Each module shows a page and handles its form.

pub(super) mod accounts;
pub(super) mod code;
pub(super) mod consent;
pub(super) mod email;
pub(super) mod organizations;
pub(super) mod provider;
pub(super) mod signup;

use serde_json::{Value, json};

/// Returns an account or an organization for a selection page.
fn choice(id: &str, name: &str, detail: &str) -> Value {
    json!({ "id": id, "name": name, "detail": detail })
}
