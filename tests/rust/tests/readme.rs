//! The snippets of core/README.md, one module for each, and tests that run them with the emulator.
#![allow(clippy::print_stdout, unreachable_pub)]

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use scalekit::Client;
use scalekit::oauth::Pkce;
use scalekit_emulator::{Emulator, Seed};
use serde_json::json;
use url::Url;

mod login {
    use scalekit::oauth::{
        AuthenticationResult, AuthorizationUrlOptions, CodeOptions, LogoutUrlOptions, Pkce,
    };
    use scalekit::{Client, Error};

    const CALLBACK: &str = "http://localhost:3000/auth/callback";

    /// Returns the URL to redirect the browser to. Store `state` and the verifier in the session.
    pub fn login(client: &Client, state: &str, pkce: &Pkce) -> String {
        let options = AuthorizationUrlOptions::new()
            .state(state)
            .pkce(pkce.clone());
        client.authorization_url(CALLBACK, &options)
    }

    /// Handles the request to the callback URL, after its `state` was compared with the session.
    pub async fn callback(
        client: &Client,
        code: &str,
        verifier: &str,
    ) -> Result<AuthenticationResult, Error> {
        let options = CodeOptions::new().code_verifier(verifier);
        client
            .authenticate_with_code(code, CALLBACK, &options)
            .await
    }

    /// Returns the URL to redirect the browser to.
    pub fn logout(client: &Client, id_token: &str) -> String {
        let options = LogoutUrlOptions::new()
            .id_token_hint(id_token)
            .post_logout_redirect_uri("http://localhost:3000/");
        client.logout_url(&options)
    }
}

mod token_check {
    use scalekit::token::TokenValidation;
    use scalekit::{Client, Error, ErrorKind};

    /// Returns the id of the user or machine client, or `None` for status 401.
    pub async fn subject(client: &Client, token: &str) -> Result<Option<String>, Error> {
        let checks = TokenValidation::new()
            .issuer([client.env_url()])
            .audience([client.client_id()]);
        match client.validate_token(token, &checks).await {
            Ok(token) => Ok(token.claims()?.subject().map(str::to_owned)),
            Err(error) if error.kind() == ErrorKind::InvalidToken => Ok(None),
            Err(error) => Err(error),
        }
    }
}

mod webhook {
    use http::HeaderMap;
    use scalekit::Client;
    use scalekit::webhook::{Purpose, SignatureHeaders};

    /// Handles a webhook request and returns the HTTP status of the response.
    pub fn webhook(client: &Client, secret: &str, headers: &HeaderMap, body: &[u8]) -> u16 {
        let find = |name: &str| headers.get(name)?.to_str().ok();
        let signature = SignatureHeaders::from_lookup(Purpose::Webhook, find);
        match client.verify_webhook(secret, &signature, body) {
            Ok(()) => 204,
            Err(error) => {
                println!("rejected: {error}");
                400
            }
        }
    }
}

mod connected_accounts {
    use scalekit::{Client, Result};

    /// Returns the subjects of the newest issues, with the account of this user.
    pub async fn subjects(client: &Client, user_id: &str) -> Result<Vec<String>> {
        let response = client
            .proxy("tracker", user_id)
            .get("/v1/issues")
            .query([("limit", "5")])
            .await?;
        if !response.status().is_success() {
            println!("the tracker responded with {}", response.status());
            return Ok(Vec::new());
        }
        response.json().await
    }
}

mod agents {
    use scalekit::actions::Account;
    use scalekit::{Client, Result};
    use serde_json::Value;

    /// Returns the link with which a user connects an account. Keep the state in a cookie.
    pub async fn connect(client: &Client, user_id: &str, state: &str) -> Result<String> {
        let account = Account::new("gmail", user_id);
        client.actions().get_or_create_account(&account).await?;
        let link = client
            .actions()
            .authorization_link(&account)
            .state(state)
            .user_verify_url("http://localhost:3000/connected")
            .await?;
        Ok(link.link)
    }

    /// Executes a tool of a user, and returns a text for the model.
    pub async fn call(client: &Client, user_id: &str, name: &str, input: Value) -> Result<String> {
        let tools = client.actions().user_tools(user_id).tool_names([name]);
        let tools = tools.await?;
        let Some(tool) = tools.first() else {
            return Ok(format!("There is no tool {name}"));
        };
        match tool.call(input).await {
            Ok(output) => Ok(Value::from(output).to_string()),
            Err(error) => Ok(tool.describe_failure(&error).await),
        }
    }
}

mod errors {
    use scalekit::{Client, ErrorKind, Result};

    /// Returns the name of an organization, or `None` if it does not exist.
    pub async fn name(client: &Client, id: &str) -> Result<Option<String>> {
        match client.organizations().get(id).await {
            Ok(organization) => Ok(Some(organization.display_name)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                println!("{:?} {:?}", error.error_code(), error.request_id());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

mod paging {
    use scalekit::{Client, Result};

    /// Returns the names of all organizations.
    pub async fn names(client: &Client) -> Result<Vec<String>> {
        let mut organizations = client.organizations().list().page_size(50);
        let mut names = Vec::new();
        while let Some(organization) = organizations.try_next().await? {
            names.push(organization.display_name);
        }
        Ok(names)
    }
}

mod options {
    use std::time::Duration;

    use scalekit::{Client, Result};

    pub fn client() -> Result<Client> {
        Client::builder("https://acme.scalekit.com", "skc_123", "your client secret")
            .call_timeout(Duration::from_secs(5))
            .audience(["skc_123"])
            .build()
    }
}

mod testing {
    use scalekit::api::organizations::CreateOrganization;
    use scalekit_emulator::Emulator;

    #[tokio::test]
    async fn creates_an_organization() -> anyhow::Result<()> {
        let emulator = Emulator::builder().start().await?;
        let client = emulator.client()?;
        let new = CreateOrganization::new("Acme");
        let organization = client.organizations().create(new).await?;
        assert!(organization.id.starts_with("org_"));
        Ok(())
    }
}

/// Returns the Rust snippets of core/README.md by the heading that they follow.
fn snippets() -> Vec<(&'static str, &'static str)> {
    let sections = include_str!("../../../core/README.md")
        .split("\n## ")
        .skip(1);
    let snippet = |section: &'static str| {
        let (heading, text) = section.split_once('\n')?;
        let (_, rest) = text.split_once("```rust\n")?;
        let (snippet, rest) = rest.split_once("```\n")?;
        assert!(!rest.contains("```rust"), "{heading} has several snippets");
        Some((heading, snippet))
    };
    sections.filter_map(snippet).collect()
}

#[test]
fn each_snippet_is_the_code_of_a_module() {
    let first_call = include_str!("../../../examples/readme.rs");
    let this_file = include_str!("readme.rs");
    let snippets = snippets();
    assert_eq!(snippets.len(), 10);
    for (heading, snippet) in snippets {
        if heading == "First call" {
            assert!(first_call.ends_with(&format!("\n\n{snippet}")));
            continue;
        }
        let name = heading.to_lowercase().replace(' ', "_");
        let lines = snippet.lines().map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("    {line}\n"),
        });
        let module = format!("\nmod {name} {{\n{}}}\n", lines.collect::<String>());
        assert!(this_file.contains(&module), "{heading}:\n{module}");
    }
}

async fn emulator() -> Result<(Emulator, Client)> {
    let emulator = Emulator::builder().auto_approve(true).start().await?;
    let client = emulator.client()?;
    Ok((emulator, client))
}

async fn redirect(url: &str) -> Result<Url> {
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let response = browser.get(url).send().await?;
    let location = response.headers().get("location").context("no redirect")?;
    Ok(location.to_str()?.parse()?)
}

#[tokio::test]
async fn login_snippet() -> Result<()> {
    let (emulator, client) = emulator().await?;
    let rows = json!({ "organizations": [{ "id": "org_1", "display_name": "Acme" }] });
    emulator.import(Seed::from_json(rows)?)?;
    let pkce = Pkce::generate()?;
    let url = redirect(&login::login(&client, "the state", &pkce)).await?;
    let parameters: HashMap<_, _> = url.query_pairs().collect();
    assert_eq!(parameters["state"], "the state");
    let result = login::callback(&client, &parameters["code"], pkce.verifier()).await?;
    assert!(result.user.email().is_some());
    let id_token = result.id_token.context("no ID token")?;
    let url = redirect(&login::logout(&client, &id_token)).await?;
    assert_eq!(url.as_str(), "http://localhost:3000/");
    Ok(())
}

#[tokio::test]
async fn token_check_snippet() -> Result<()> {
    let (_emulator, client) = emulator().await?;
    let token = client.client_access_token().await?;
    let subject = token_check::subject(&client, &token).await?;
    assert_eq!(subject.as_deref(), Some(client.client_id()));
    assert_eq!(token_check::subject(&client, "not a token").await?, None);
    Ok(())
}

#[test]
fn webhook_snippet() -> Result<()> {
    let secret = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=";
    let body = b"{}";
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let signature = standardwebhooks::Webhook::new(secret)?.sign("msg_1", now, body)?;
    let mut headers = http::HeaderMap::new();
    headers.insert("webhook-id", "msg_1".parse()?);
    headers.insert("webhook-timestamp", now.into());
    headers.insert("webhook-signature", signature.parse()?);
    let client = options::client()?;
    assert_eq!(webhook::webhook(&client, secret, &headers, body), 204);
    assert_eq!(webhook::webhook(&client, secret, &headers, b"{} "), 400);
    Ok(())
}

#[tokio::test]
async fn connected_accounts_snippet() -> Result<()> {
    let (emulator, client) = emulator().await?;
    let rows = json!({
        "connections": [
            { "id": "conn_1", "key_id": "tracker", "provider_key": "TRACKER", "type": "OAUTH" },
        ],
        "accounts": [{
            "identifier": "ada",
            "connector": "tracker",
            "provider": "TRACKER",
            "connection_id": "conn_1",
        }],
        "proxy_responses": [
            { "connection_name": "tracker", "path": "/v1/issues", "json": ["It works"], "times": 1 },
            { "connection_name": "tracker", "path": "/v1/issues", "status": 503 },
        ],
    });
    emulator.import(Seed::from_json(rows)?)?;
    let subjects = connected_accounts::subjects(&client, "ada").await?;
    assert_eq!(subjects, ["It works"]);
    let subjects = connected_accounts::subjects(&client, "ada").await?;
    assert!(subjects.is_empty());
    Ok(())
}

#[tokio::test]
async fn agents_snippet() -> Result<()> {
    let (emulator, client) = emulator().await?;
    let rows = json!({
        "connections": [
            { "id": "conn_1", "key_id": "gmail", "provider_key": "GMAIL", "type": "OAUTH" },
        ],
        "tool_responses": [
            { "tool_name": "gmail_fetch_mails", "times": 1, "data": { "mails": ["It works"] } },
            { "tool_name": "*", "error": { "code": "UNAUTHENTICATED", "message": "revoked" } },
        ],
    });
    emulator.import(Seed::from_json(rows)?)?;
    let name = "gmail_fetch_mails";
    let missing = agents::call(&client, "ada", name, json!({})).await?;
    assert_eq!(missing, "There is no tool gmail_fetch_mails");
    let url = redirect(&agents::connect(&client, "ada", "the state").await?).await?;
    let parameters: HashMap<_, _> = url.query_pairs().collect();
    assert_eq!(parameters["state"], "the state");
    let verified = client
        .actions()
        .verify_account_user(&*parameters["auth_request_id"], "ada")
        .await?;
    assert!(verified.starts_with("http"));
    let output = agents::call(&client, "ada", name, json!({})).await?;
    assert_eq!(output, r#"{"mails":["It works"]}"#);
    let failure = agents::call(&client, "ada", name, json!({})).await?;
    let expected = "The tool failed: revoked. The user must authorize access again: http";
    assert!(failure.starts_with(expected), "{failure}");
    Ok(())
}

#[tokio::test]
async fn errors_and_paging_snippets() -> Result<()> {
    let (emulator, client) = emulator().await?;
    assert_eq!(errors::name(&client, "org_404").await?, None);
    let rows: Vec<_> = (1..=60)
        .map(|number| json!({ "id": format!("org_{number}"), "display_name": format!("Customer {number}") }))
        .collect();
    emulator.import(Seed::from_json(json!({ "organizations": rows }))?)?;
    assert_eq!(
        errors::name(&client, "org_7").await?.as_deref(),
        Some("Customer 7")
    );
    assert_eq!(paging::names(&client).await?.len(), 60);
    Ok(())
}
