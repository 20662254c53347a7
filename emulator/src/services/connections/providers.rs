//! Default OAuth settings of well-known services.

use scalekit::api::raw::connections::OAuthConnectionConfig;

/// A well-known service.
struct Service {
    name: &'static str,
    endpoints: Endpoints,
    /// The default scopes of a new connection.
    scopes: &'static [&'static str],
}

/// The endpoints of an authorization server.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Endpoints {
    authorize: &'static str,
    token: &'static str,
    user_info: &'static str,
}

const ATLASSIAN: Endpoints = Endpoints {
    authorize: "https://auth.atlassian.com/authorize",
    token: "https://auth.atlassian.com/oauth/token",
    user_info: "https://api.atlassian.com/me",
};
const GOOGLE: Endpoints = Endpoints {
    authorize: "https://accounts.google.com/o/oauth2/v2/auth",
    token: "https://oauth2.googleapis.com/token",
    user_info: "https://openidconnect.googleapis.com/v1/userinfo",
};
const MICROSOFT: Endpoints = Endpoints {
    authorize: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    token: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    user_info: "https://graph.microsoft.com/oidc/userinfo",
};

const OPENID: &[&str] = &["openid", "profile", "email"];

const fn service(
    name: &'static str,
    endpoints: Endpoints,
    scopes: &'static [&'static str],
) -> Service {
    Service {
        name,
        endpoints,
        scopes,
    }
}

const fn at(authorize: &'static str, token: &'static str, user_info: &'static str) -> Endpoints {
    Endpoints {
        authorize,
        token,
        user_info,
    }
}

static KNOWN: &[Service] = &[
    service(
        "asana",
        at(
            "https://app.asana.com/-/oauth_authorize",
            "https://app.asana.com/-/oauth_token",
            "https://app.asana.com/api/1.0/users/me",
        ),
        &["default"],
    ),
    service(
        "confluence",
        ATLASSIAN,
        &["read:confluence-content.all", "offline_access"],
    ),
    service(
        "dropbox",
        at(
            "https://www.dropbox.com/oauth2/authorize",
            "https://api.dropboxapi.com/oauth2/token",
            "https://api.dropboxapi.com/2/users/get_current_account",
        ),
        &[],
    ),
    service(
        "github",
        at(
            "https://github.com/login/oauth/authorize",
            "https://github.com/login/oauth/access_token",
            "https://api.github.com/user",
        ),
        &["user:email"],
    ),
    service(
        "gitlab",
        at(
            "https://gitlab.com/oauth/authorize",
            "https://gitlab.com/oauth/token",
            "https://gitlab.com/api/v4/user",
        ),
        &["read_user"],
    ),
    service(
        "gmail",
        GOOGLE,
        &["https://www.googleapis.com/auth/gmail.readonly"],
    ),
    service("google", GOOGLE, OPENID),
    service(
        "googlecalendar",
        GOOGLE,
        &["https://www.googleapis.com/auth/calendar"],
    ),
    service(
        "googledocs",
        GOOGLE,
        &["https://www.googleapis.com/auth/documents"],
    ),
    service(
        "googledrive",
        GOOGLE,
        &["https://www.googleapis.com/auth/drive"],
    ),
    service(
        "googlesheets",
        GOOGLE,
        &["https://www.googleapis.com/auth/spreadsheets"],
    ),
    service(
        "hubspot",
        at(
            "https://app.hubspot.com/oauth/authorize",
            "https://api.hubapi.com/oauth/v1/token",
            "https://api.hubapi.com/account-info/v3/details",
        ),
        &["oauth"],
    ),
    service("jira", ATLASSIAN, &["read:jira-work", "offline_access"]),
    service(
        "linear",
        at(
            "https://linear.app/oauth/authorize",
            "https://api.linear.app/oauth/token",
            "https://api.linear.app/graphql",
        ),
        &["read"],
    ),
    service(
        "linkedin",
        at(
            "https://www.linkedin.com/oauth/v2/authorization",
            "https://www.linkedin.com/oauth/v2/accessToken",
            "https://api.linkedin.com/v2/userinfo",
        ),
        OPENID,
    ),
    service("microsoft", MICROSOFT, OPENID),
    service(
        "notion",
        at(
            "https://api.notion.com/v1/oauth/authorize",
            "https://api.notion.com/v1/oauth/token",
            "https://api.notion.com/v1/users/me",
        ),
        &[],
    ),
    service("outlook", MICROSOFT, &["Mail.Read", "offline_access"]),
    service(
        "salesforce",
        at(
            "https://login.salesforce.com/services/oauth2/authorize",
            "https://login.salesforce.com/services/oauth2/token",
            "https://login.salesforce.com/services/oauth2/userinfo",
        ),
        &["api", "refresh_token"],
    ),
    service(
        "slack",
        at(
            "https://slack.com/oauth/v2/authorize",
            "https://slack.com/api/oauth.v2.access",
            "https://slack.com/api/openid.connect.userInfo",
        ),
        &["chat:write"],
    ),
    service(
        "zoom",
        at(
            "https://zoom.us/oauth/authorize",
            "https://zoom.us/oauth/token",
            "https://api.zoom.us/v2/users/me",
        ),
        &["user:read"],
    ),
];

/// Returns the names of the well-known services.
pub(in crate::services) fn known_services() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|service| service.name)
}

/// Returns the default settings of a well-known service. The lookup ignores case, `-`, `_` and
/// spaces.
pub(super) fn oauth_defaults(name: &str) -> Option<OAuthConnectionConfig> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let service = KNOWN
        .iter()
        .find(|service| service.name.eq_ignore_ascii_case(&plain))?;
    let google = service.endpoints == GOOGLE;
    Some(OAuthConnectionConfig {
        authorize_uri: Some(service.endpoints.authorize.to_owned()),
        token_uri: Some(service.endpoints.token.to_owned()),
        user_info_uri: Some(service.endpoints.user_info.to_owned()),
        scopes: service
            .scopes
            .iter()
            .map(|scope| (*scope).to_owned())
            .collect(),
        // Google returns a refresh token only with these parameters.
        access_type: google.then(|| "offline".to_owned()),
        prompt: google.then(|| "consent".to_owned()),
        ..OAuthConnectionConfig::default()
    })
}
