//! From an empty environment to a signed-in user, step by step.
//!
//! With the emulator (`make quickstart-rust`), it runs all steps. With a real environment (set
//! `SCALEKIT_ENVIRONMENT_URL`, `SCALEKIT_CLIENT_ID` and `SCALEKIT_CLIENT_SECRET`), it runs only the
//! safe steps: it creates an organization with two users, lists them, builds the login URL, and
//! deletes the organization.
#![allow(clippy::print_stdout, missing_docs)]

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use futures_util::TryStreamExt;
use scalekit::api::connections::{
    ConnectionProvider, ConnectionType, CreateConnection, CreateConnectionRequest,
    ToggleConnectionRequest,
};
use scalekit::api::domains::{
    CreateDomain, CreateDomainRequest, CreateDomainRequestIdentities, DomainType,
};
use scalekit::api::organizations::{
    CreateOrganization, CreateOrganizationRequest, DeleteOrganizationRequest,
    DeleteOrganizationRequestIdentities,
};
use scalekit::api::roles::{CreateRole, CreateRoleRequest};
use scalekit::api::users::{
    CreateMembership, CreateUser, CreateUserAndMembershipRequest, CreateUserProfile,
    ListOrganizationUsersRequest,
};
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
    let organization = CreateOrganization {
        display_name: "Acme Rockets".into(),
        external_id: Some(format!("acme-rs-{tag}")),
        ..Default::default()
    };
    let request = CreateOrganizationRequest {
        organization: Some(organization),
    };
    let organization = client
        .organizations()
        .create_organization(request.clone())
        .await?
        .organization
        .context("the response has no organization")?;
    println!(
        "  created {}, {}",
        organization.display_name, organization.id
    );

    let result = steps(&client, receiver, &request, &organization.id, &tag).await;
    let identities = Some(DeleteOrganizationRequestIdentities::Id(
        organization.id.clone(),
    ));
    client
        .organizations()
        .delete_organization(DeleteOrganizationRequest { identities })
        .await?;
    println!("\nCleanup\n  deleted {}", organization.id);
    result
}

async fn steps(
    client: &Client,
    receiver: Option<Receiver>,
    request: &CreateOrganizationRequest,
    organization_id: &str,
    tag: &str,
) -> Result<()> {
    println!("\nTwo users");
    for name in ["Ada", "Grace"] {
        let user = CreateUser {
            email: email(name, tag),
            membership: Some(CreateMembership::default()),
            user_profile: Some(CreateUserProfile {
                given_name: name.into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let request = CreateUserAndMembershipRequest {
            organization_id: organization_id.into(),
            user: Some(user),
            send_invitation_email: Some(false),
        };
        let created = client.users().create_user_and_membership(request).await?;
        let user = created.user.context("the response has no user")?;
        println!("  created {name}, {}", user.id);
    }
    let list = ListOrganizationUsersRequest {
        organization_id: organization_id.into(),
        page_size: 1,
        ..Default::default()
    };
    let users: Vec<_> = client
        .users()
        .list_organization_users_stream(list)
        .try_collect()
        .await?;
    let emails: Vec<_> = users.iter().map(|user| user.email.as_str()).collect();
    println!("  listed with one user per page: {}", emails.join(", "));

    println!("\nThe same organization again");
    match client
        .organizations()
        .create_organization(request.clone())
        .await
    {
        Err(error) if error.kind() == ErrorKind::Conflict => println!("  {error}"),
        other => bail!("a duplicate external id returned {other:?}"),
    }

    let options = AuthorizationUrlOptions {
        organization_id: Some(organization_id.into()),
        login_hint: Some(email("Ada", tag)),
        state: Some(format!("state-{tag}")),
        ..Default::default()
    };
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
    let domain = CreateDomain {
        domain: format!("acme-{tag}.example"),
        domain_type: DomainType::OrganizationDomain,
    };
    let request = CreateDomainRequest {
        identities: Some(CreateDomainRequestIdentities::OrganizationId(
            organization_id.into(),
        )),
        domain: Some(domain),
        ..Default::default()
    };
    println!(
        "  domain {}",
        client
            .domains()
            .create_domain(request)
            .await?
            .domain
            .context("the response has no domain")?
            .domain
    );
    let connection = CreateConnection {
        provider: ConnectionProvider::Okta,
        r#type: ConnectionType::Oidc,
        ..Default::default()
    };
    let request = CreateConnectionRequest {
        organization_id: organization_id.into(),
        connection: Some(connection),
    };
    let id = client
        .connections()
        .create_connection(request)
        .await?
        .connection
        .context("the response has no connection")?
        .id;
    let request = ToggleConnectionRequest {
        organization_id: organization_id.into(),
        id: id.clone(),
    };
    client.connections().enable_connection(request).await?;
    println!("  connection {id}, enabled");
    let role = CreateRole {
        name: format!("pilot_rs_{tag}"),
        display_name: "Pilot".into(),
        ..Default::default()
    };
    let created = client
        .roles()
        .create_role(CreateRoleRequest { role: Some(role) })
        .await?;
    let role = created.role.context("the response has no role")?;
    println!("  role {}", role.name);
    Ok(())
}

/// Signs in with an authorization code and PKCE (RFC 7636). The emulator approves the login
/// automatically.
async fn sign_in(client: &Client, options: AuthorizationUrlOptions) -> Result<()> {
    println!("\nSign in");
    let pkce = Pkce::generate()?;
    let options = AuthorizationUrlOptions {
        pkce: Some(pkce.clone()),
        ..options
    };
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
    let code_options = CodeOptions {
        code_verifier: Some(pkce.verifier().into()),
    };
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
    let (session, organization) = (
        claims.session_id().context("the token has no sid")?,
        claims.organization_id().context("the token has no oid")?,
    );
    println!("  refreshed: session {session} of organization {organization}");

    let logout = LogoutUrlOptions {
        id_token_hint: result.id_token,
        post_logout_redirect_uri: Some(CALLBACK.into()),
        ..Default::default()
    };
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
