//! From an empty environment to a signed-in user, step by step.
//!
//! With the emulator (`make quickstart-rust`), it runs all steps. With a real environment (set
//! `SCALEKIT_ENVIRONMENT_URL`, `SCALEKIT_CLIENT_ID` and `SCALEKIT_CLIENT_SECRET`), it runs only the
//! safe steps: it creates an organization with two users, lists them, builds the login URL, and
//! deletes the organization.
#![allow(clippy::print_stdout, missing_docs)]

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use scalekit::api::connections::{ConnectionProvider, ConnectionType, CreateConnection};
use scalekit::api::domains::{CreateDomain, DomainType};
use scalekit::api::organizations::CreateOrganization;
use scalekit::api::roles::CreateRole;
use scalekit::api::users::{CreateMembership, CreateUser, CreateUserProfile};
use scalekit::oauth::{AuthorizationUrlOptions, CodeOptions, LogoutUrlOptions, Pkce};
use scalekit::webhook::{Purpose, SignatureHeaders};
use scalekit::{Client, ErrorKind};

#[path = "quickstart_webhook.rs"]
mod webhook;
use webhook::Receiver;

const CALLBACK: &str = "http://localhost:3000/auth/callback";

#[tokio::main]
async fn main() -> Result<()> {
    let client = Client::from_env()?;
    let receiver = Receiver::register(client.env_url()).await?;
    let suffix = if receiver.is_some() {
        " (the emulator)"
    } else {
        ""
    };
    println!("Scalekit environment: {}{suffix}", client.env_url());
    let tag = format!("{:08x}", std::process::id());

    println!("\nAn organization");
    let new = CreateOrganization::new("Acme Rockets").external_id(format!("acme-rs-{tag}"));
    let organization = client.organizations().create(new.clone()).await?;
    println!(
        "  created {}, {}",
        organization.display_name, organization.id
    );

    let result = steps(&client, receiver, new, &organization.id, &tag).await;
    client.organizations().delete(&organization.id).await?;
    println!("\nCleanup\n  deleted {}", organization.id);
    result
}

async fn steps(
    client: &Client,
    receiver: Option<Receiver>,
    new: CreateOrganization,
    organization_id: &str,
    tag: &str,
) -> Result<()> {
    println!("\nTwo users");
    for name in ["Ada", "Grace"] {
        let user = CreateUser::new(email(name, tag))
            .membership(CreateMembership::new())
            .user_profile(CreateUserProfile::new().given_name(name));
        let created = client
            .users()
            .create(organization_id, user)
            .send_invitation_email(false)
            .await?;
        println!("  created {name}, {}", created.id);
    }
    let mut users = client
        .users()
        .list_in_organization(organization_id)
        .page_size(1);
    println!("  listed with one user per page:");
    while let Some(user) = users.try_next().await? {
        println!("    {}", user.email);
    }

    println!("\nThe same organization again");
    match client.organizations().create(new).await {
        Err(error) if error.kind() == ErrorKind::Conflict => println!("  {error}"),
        other => bail!("a duplicate external id returned {other:?}"),
    }

    let options = AuthorizationUrlOptions::new()
        .organization_id(organization_id)
        .login_hint(email("Ada", tag))
        .state(format!("state-{tag}"));
    let Some(receiver) = receiver else {
        println!(
            "  login URL: {}",
            client.authorization_url(CALLBACK, &options)
        );
        return Ok(());
    };
    single_sign_on(client, organization_id, tag).await?;
    sign_in(client, options).await?;

    println!("\nA webhook");
    let delivery = receiver.wait_for("user.created").await?;
    let headers = SignatureHeaders::from_pairs(Purpose::Webhook, &delivery.headers);
    scalekit::webhook::verify(receiver.secret(), &headers, &delivery.body)?;
    println!("  received user.created, signature verified");
    let mut changed = delivery.body.clone();
    changed.push(b' ');
    match scalekit::webhook::verify(receiver.secret(), &headers, &changed) {
        Err(error) => println!("  with a changed body: {error}"),
        Ok(_) => bail!("a changed body was accepted"),
    }
    Ok(())
}

async fn single_sign_on(client: &Client, organization_id: &str, tag: &str) -> Result<()> {
    println!("\nSingle sign-on");
    let domain = CreateDomain::new(format!("acme-{tag}.example"))
        .domain_type(DomainType::OrganizationDomain);
    let domain = client.domains().create(organization_id, domain).await?;
    println!("  domain {}", domain.domain);

    let connection = CreateConnection::new(ConnectionProvider::Okta, ConnectionType::Oidc);
    let connection = client
        .connections()
        .create(organization_id, connection)
        .await?;
    client
        .connections()
        .enable(organization_id, &connection.id)
        .await?;
    println!("  connection {}, enabled", connection.id);

    let role = CreateRole::new(format!("pilot_rs_{tag}"), "Pilot");
    let role = client.roles().create(role).await?;
    println!("  role {}", role.name);
    Ok(())
}

/// Signs in with an authorization code and PKCE (RFC 7636). The emulator approves the login
/// automatically.
async fn sign_in(client: &Client, options: AuthorizationUrlOptions) -> Result<()> {
    println!("\nSign in");
    let pkce = Pkce::generate()?;
    let options = options.pkce(pkce.clone());
    let url = client.authorization_url(CALLBACK, &options);
    println!("  the browser opens {}…", &url[..76.min(url.len())]);
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let callback = redirect(&browser, &url).await?;
    let parameters: HashMap<_, _> = url::Url::parse(&callback)?
        .query_pairs()
        .into_owned()
        .collect();
    if parameters.get("state") != options.state.as_ref() {
        bail!("the callback has a different state: {callback}");
    }
    println!("  the callback receives a code");

    let code = parameters.get("code").context("the callback has no code")?;
    let code_options = CodeOptions::new().code_verifier(pkce.verifier());
    let result = client
        .authenticate_with_code(code, CALLBACK, &code_options)
        .await?;
    println!("  signed in as {}", result.user.email().unwrap_or_default());
    client
        .validate_token(&result.access_token, &Default::default())
        .await?;
    println!("  access token valid");
    let tampered = format!(
        "{}AAAAAAAA",
        &result.access_token[..result.access_token.len() - 8]
    );
    match client.validate_token(&tampered, &Default::default()).await {
        Err(error) => println!("  access token with a tampered signature: {error}"),
        Ok(_) => bail!("a tampered token was accepted"),
    }
    let refresh_token = result
        .refresh_token
        .context("the response has no refresh token")?;
    let refreshed = client.refresh_access_token(&refresh_token).await?;
    let claims = client
        .validate_token(&refreshed.access_token, &Default::default())
        .await?
        .claims()?;
    println!(
        "  refreshed: session {} of organization {}",
        claims.session_id().unwrap_or_default(),
        claims.organization_id().unwrap_or_default()
    );

    let logout = LogoutUrlOptions::new()
        .id_token_hint(result.id_token.unwrap_or_default())
        .post_logout_redirect_uri(CALLBACK);
    println!(
        "  logged out, redirected to {}",
        redirect(&browser, &client.logout_url(&logout)).await?
    );
    Ok(())
}

async fn redirect(browser: &reqwest::Client, url: &str) -> Result<String> {
    let response = browser.get(url).send().await?;
    let location = response
        .headers()
        .get("location")
        .with_context(|| format!("expected a redirect, got status {}", response.status()))?;
    Ok(location.to_str()?.to_owned())
}

fn email(name: &str, tag: &str) -> String {
    format!("{}-rs-{tag}@acme.example", name.to_lowercase())
}
