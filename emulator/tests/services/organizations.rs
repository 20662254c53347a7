use reqwest::Method;
use serde_json::{Value, json};

use crate::environment::{Environment, text};

#[tokio::test]
async fn features_are_returned_with_name_and_state() {
    let environment = Environment::start().await;
    let path = format!(
        "/api/v1/organizations/{}",
        environment.organization("Acme").await
    );
    let given = json!({ "features": [{ "name": "sso", "enabled": true }, { "name": "dir_sync" }] });
    let changed = environment.patch(&format!("{path}/settings"), given).await;
    let expected =
        json!([{ "name": "sso", "enabled": true }, { "name": "dir_sync", "enabled": false }]);
    assert_eq!(changed["organization"]["settings"]["features"], expected);
    let read = environment.get(&path).await;
    assert_eq!(read["organization"]["settings"]["features"], expected);
    let list = environment.get("/api/v1/organizations").await;
    assert_eq!(list["organizations"][0]["settings"]["features"], expected);
}

#[tokio::test]
async fn the_units_of_a_session_policy_default_to_minutes() {
    let environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    let path = format!("/api/v1/organizations/{acme}/session-policy");
    let units = |policy: &Value| {
        let unit = |name: &str| text(&policy["policy"][format!("{name}_session_timeout_unit")]);
        [unit("absolute"), unit("idle")]
    };
    assert_eq!(units(&environment.get(&path).await), ["MINUTES", "MINUTES"]);
    let custom = json!({
        "policy_source": "CUSTOM", "absolute_session_timeout": 2,
        "absolute_session_timeout_unit": "HOURS", "idle_session_timeout": 5,
        "idle_session_timeout_unit": "SESSION_TIME_UNIT_UNSPECIFIED",
    });
    let changed = environment.patch(&path, custom).await;
    assert_eq!(units(&changed), ["HOURS", "MINUTES"]);
    assert_eq!(units(&environment.get(&path).await), ["HOURS", "MINUTES"]);
    let back = json!({ "policy_source": "APPLICATION" });
    let changed = environment.patch(&path, back).await;
    assert_eq!(units(&changed), ["MINUTES", "MINUTES"]);
}

#[tokio::test]
async fn a_logo_url_must_have_a_scheme_and_a_host() {
    let environment = Environment::start().await;
    let organizations = "/api/v1/organizations";
    let acme = environment.organization("Acme").await;
    let own = format!("{organizations}/{acme}");
    for logo in [
        "https://cdn.acme.test/logo.svg",
        "http://localhost:3000/l.png?v=1",
    ] {
        let new = json!({ "display_name": "A", "logo_url": logo });
        let created = environment.post(organizations, new).await;
        assert_eq!(created["organization"]["logo_url"], logo);
        let changed = environment.patch(&own, json!({ "logo_url": logo })).await;
        assert_eq!(changed["organization"]["logo_url"], logo);
    }
    for logo in [
        "logo.svg",
        "/logo.svg",
        "//cdn.acme.test/logo.svg",
        "cdn.acme.test",
        "data:image/png;base64,AA",
        "https://",
        "https:///logo.svg",
        "https://cdn.acme.test/a b.svg",
    ] {
        let new = json!({ "display_name": "A", "logo_url": logo });
        environment
            .call(Method::POST, organizations, new)
            .await
            .violates("organization.logo_url", "logo_url.uri");
        environment
            .call(Method::PATCH, &own, json!({ "logo_url": logo }))
            .await
            .violates("organization.logo_url", "logo_url.uri");
    }
    // An empty URL removes the logo.
    let cleared = environment.patch(&own, json!({ "logo_url": "" })).await;
    assert_eq!(cleared["organization"].get("logo_url"), None);
}
