//! The OAuth settings of well-known services.

use scalekit::api::connections::OAuthConnectionConfig;

/// A well-known service.
struct Known {
    name: &'static str,
    endpoints: Endpoints,
    /// The scopes that a new connection starts with.
    scopes: &'static [&'static str],
}

/// The addresses of an authorization server.
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

const fn known(name: &'static str, endpoints: Endpoints, scopes: &'static [&'static str]) -> Known {
    Known {
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

static KNOWN: &[Known] = &[
    known(
        "asana",
        at(
            "https://app.asana.com/-/oauth_authorize",
            "https://app.asana.com/-/oauth_token",
            "https://app.asana.com/api/1.0/users/me",
        ),
        &["default"],
    ),
    known(
        "confluence",
        ATLASSIAN,
        &["read:confluence-content.all", "offline_access"],
    ),
    known(
        "dropbox",
        at(
            "https://www.dropbox.com/oauth2/authorize",
            "https://api.dropboxapi.com/oauth2/token",
            "https://api.dropboxapi.com/2/users/get_current_account",
        ),
        &[],
    ),
    known(
        "github",
        at(
            "https://github.com/login/oauth/authorize",
            "https://github.com/login/oauth/access_token",
            "https://api.github.com/user",
        ),
        &["user:email"],
    ),
    known(
        "gitlab",
        at(
            "https://gitlab.com/oauth/authorize",
            "https://gitlab.com/oauth/token",
            "https://gitlab.com/api/v4/user",
        ),
        &["read_user"],
    ),
    known(
        "gmail",
        GOOGLE,
        &["https://www.googleapis.com/auth/gmail.readonly"],
    ),
    known("google", GOOGLE, OPENID),
    known(
        "googlecalendar",
        GOOGLE,
        &["https://www.googleapis.com/auth/calendar"],
    ),
    known(
        "googledocs",
        GOOGLE,
        &["https://www.googleapis.com/auth/documents"],
    ),
    known("googledrive", GOOGLE, &["https://www.googleapis.com/auth/drive"]),
    known(
        "googlesheets",
        GOOGLE,
        &["https://www.googleapis.com/auth/spreadsheets"],
    ),
    known(
        "hubspot",
        at(
            "https://app.hubspot.com/oauth/authorize",
            "https://api.hubapi.com/oauth/v1/token",
            "https://api.hubapi.com/account-info/v3/details",
        ),
        &["oauth"],
    ),
    known("jira", ATLASSIAN, &["read:jira-work", "offline_access"]),
    known(
        "linear",
        at(
            "https://linear.app/oauth/authorize",
            "https://api.linear.app/oauth/token",
            "https://api.linear.app/graphql",
        ),
        &["read"],
    ),
    known(
        "linkedin",
        at(
            "https://www.linkedin.com/oauth/v2/authorization",
            "https://www.linkedin.com/oauth/v2/accessToken",
            "https://api.linkedin.com/v2/userinfo",
        ),
        OPENID,
    ),
    known("microsoft", MICROSOFT, OPENID),
    known(
        "notion",
        at(
            "https://api.notion.com/v1/oauth/authorize",
            "https://api.notion.com/v1/oauth/token",
            "https://api.notion.com/v1/users/me",
        ),
        &[],
    ),
    known("outlook", MICROSOFT, &["Mail.Read", "offline_access"]),
    known(
        "salesforce",
        at(
            "https://login.salesforce.com/services/oauth2/authorize",
            "https://login.salesforce.com/services/oauth2/token",
            "https://login.salesforce.com/services/oauth2/userinfo",
        ),
        &["api", "refresh_token"],
    ),
    known(
        "slack",
        at(
            "https://slack.com/oauth/v2/authorize",
            "https://slack.com/api/oauth.v2.access",
            "https://slack.com/api/openid.connect.userInfo",
        ),
        &["chat:write"],
    ),
    known(
        "zoom",
        at(
            "https://zoom.us/oauth/authorize",
            "https://zoom.us/oauth/token",
            "https://api.zoom.us/v2/users/me",
        ),
        &["user:read"],
    ),
];

/// The names of the well-known services.
pub(in crate::services) fn known_services() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|known| known.name)
}

/// Returns the settings of a well-known service. Case, `-`, `_` and spaces in the name do not matter.
pub(super) fn oauth_defaults(name: &str) -> Option<OAuthConnectionConfig> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let known = KNOWN
        .iter()
        .find(|known| known.name.eq_ignore_ascii_case(&plain))?;
    let google = known.endpoints == GOOGLE;
    Some(OAuthConnectionConfig {
        authorize_uri: Some(known.endpoints.authorize.to_owned()),
        token_uri: Some(known.endpoints.token.to_owned()),
        user_info_uri: Some(known.endpoints.user_info.to_owned()),
        scopes: known.scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        // Without these, Google gives no refresh token.
        access_type: google.then(|| "offline".to_owned()),
        prompt: google.then(|| "consent".to_owned()),
        ..OAuthConnectionConfig::default()
    })
}
