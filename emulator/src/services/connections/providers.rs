//! OAuth settings of third-party services that everybody knows.

use scalekit::api::connections::OAuthConnectionConfig;

/// A service's name, its authorization and token endpoints, and the scopes to start with.
type Known = (&'static str, &'static str, &'static str, &'static [&'static str]);

const ATLASSIAN: (&str, &str) = (
    "https://auth.atlassian.com/authorize",
    "https://auth.atlassian.com/oauth/token",
);
const GOOGLE: (&str, &str) = (
    "https://accounts.google.com/o/oauth2/v2/auth",
    "https://oauth2.googleapis.com/token",
);
const MICROSOFT: (&str, &str) = (
    "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    "https://login.microsoftonline.com/common/oauth2/v2.0/token",
);

const OPENID: &[&str] = &["openid", "profile", "email"];

static KNOWN: &[Known] = &[
    (
        "asana",
        "https://app.asana.com/-/oauth_authorize",
        "https://app.asana.com/-/oauth_token",
        &["default"],
    ),
    (
        "confluence",
        ATLASSIAN.0,
        ATLASSIAN.1,
        &["read:confluence-content.all", "offline_access"],
    ),
    (
        "dropbox",
        "https://www.dropbox.com/oauth2/authorize",
        "https://api.dropboxapi.com/oauth2/token",
        &[],
    ),
    (
        "github",
        "https://github.com/login/oauth/authorize",
        "https://github.com/login/oauth/access_token",
        &["user:email"],
    ),
    (
        "gitlab",
        "https://gitlab.com/oauth/authorize",
        "https://gitlab.com/oauth/token",
        &["read_user"],
    ),
    (
        "gmail",
        GOOGLE.0,
        GOOGLE.1,
        &["https://www.googleapis.com/auth/gmail.readonly"],
    ),
    ("google", GOOGLE.0, GOOGLE.1, OPENID),
    (
        "googlecalendar",
        GOOGLE.0,
        GOOGLE.1,
        &["https://www.googleapis.com/auth/calendar"],
    ),
    (
        "googledocs",
        GOOGLE.0,
        GOOGLE.1,
        &["https://www.googleapis.com/auth/documents"],
    ),
    (
        "googledrive",
        GOOGLE.0,
        GOOGLE.1,
        &["https://www.googleapis.com/auth/drive"],
    ),
    (
        "googlesheets",
        GOOGLE.0,
        GOOGLE.1,
        &["https://www.googleapis.com/auth/spreadsheets"],
    ),
    (
        "hubspot",
        "https://app.hubspot.com/oauth/authorize",
        "https://api.hubapi.com/oauth/v1/token",
        &["oauth"],
    ),
    (
        "jira",
        ATLASSIAN.0,
        ATLASSIAN.1,
        &["read:jira-work", "offline_access"],
    ),
    (
        "linear",
        "https://linear.app/oauth/authorize",
        "https://api.linear.app/oauth/token",
        &["read"],
    ),
    (
        "linkedin",
        "https://www.linkedin.com/oauth/v2/authorization",
        "https://www.linkedin.com/oauth/v2/accessToken",
        OPENID,
    ),
    ("microsoft", MICROSOFT.0, MICROSOFT.1, OPENID),
    (
        "notion",
        "https://api.notion.com/v1/oauth/authorize",
        "https://api.notion.com/v1/oauth/token",
        &[],
    ),
    (
        "outlook",
        MICROSOFT.0,
        MICROSOFT.1,
        &["Mail.Read", "offline_access"],
    ),
    (
        "salesforce",
        "https://login.salesforce.com/services/oauth2/authorize",
        "https://login.salesforce.com/services/oauth2/token",
        &["api", "refresh_token"],
    ),
    (
        "slack",
        "https://slack.com/oauth/v2/authorize",
        "https://slack.com/api/oauth.v2.access",
        &["chat:write"],
    ),
    (
        "zoom",
        "https://zoom.us/oauth/authorize",
        "https://zoom.us/oauth/token",
        &["user:read"],
    ),
];

/// The names of the services that are known.
pub(in crate::services) fn known_services() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(name, ..)| *name)
}

/// The settings of a service that is known, found by its name without case, `-`, `_` and spaces.
pub(super) fn oauth_defaults(name: &str) -> Option<OAuthConnectionConfig> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let (_, authorize, token, scopes) = KNOWN
        .iter()
        .find(|(known, ..)| known.eq_ignore_ascii_case(&plain))?;
    let google = *authorize == GOOGLE.0;
    Some(OAuthConnectionConfig {
        authorize_uri: Some((*authorize).to_owned()),
        token_uri: Some((*token).to_owned()),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        // Without these, Google gives no refresh token.
        access_type: google.then(|| "offline".to_owned()),
        prompt: google.then(|| "consent".to_owned()),
        ..OAuthConnectionConfig::default()
    })
}
