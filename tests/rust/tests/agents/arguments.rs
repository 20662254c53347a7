//! The arguments of the rows in `tests/agents/requests.json`.

use scalekit::actions::{Account, WriteAccount};
use scalekit::api::connected_accounts::{
    AuthorizationDetails, GoogleDWDAuth, OauthToken, TrustedIDPAuth,
};
use scalekit::api::mcp::McpConfigConnectionToolMapping;
use serde_json::Value;

/// The arguments of a row.
#[derive(Clone, Copy)]
pub(crate) struct Arguments<'r>(pub(crate) &'r Value);

impl<'r> Arguments<'r> {
    pub(crate) fn get(self, name: &str) -> Option<&'r Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn optional(self, name: &str) -> Option<&'r str> {
        self.get(name).map(|value| value.as_str().unwrap())
    }

    pub(crate) fn text(self, name: &str) -> &'r str {
        self.optional(name).unwrap_or_default()
    }

    pub(crate) fn texts(self, name: &str) -> Vec<&'r str> {
        match self.get(name) {
            Some(Value::Array(texts)) => texts.iter().map(|text| text.as_str().unwrap()).collect(),
            Some(text) => vec![text.as_str().unwrap()],
            None => Vec::new(),
        }
    }

    pub(crate) fn account(self) -> Account {
        let mut account = match (
            self.optional("connectedAccountId"),
            self.optional("connectionName"),
        ) {
            (Some(id), _) => Account::with_id(id),
            (None, Some(name)) => Account::new(name, self.text("identifier")),
            (None, None) => Account::of_owner(self.text("identifier")),
        };
        account.organization_id = self.optional("organizationId").map(str::to_owned);
        account.user_id = self.optional("userId").map(str::to_owned);
        account
    }

    pub(crate) fn details(self) -> Option<AuthorizationDetails> {
        let given = self.get("authorizationDetails")?.as_object().unwrap();
        let (case, fields) = given.iter().find(|(_, value)| !value.is_null()).unwrap();
        let (fields, empty) = (Arguments(fields), AuthorizationDetails::new());
        Some(match case.as_str() {
            "oauthToken" => {
                let token = OauthToken::new(fields.text("accessToken"))
                    .refresh_token(fields.text("refreshToken"))
                    .scopes(fields.texts("scopes"))
                    .domain(fields.text("domain"));
                empty.oauth_token(token)
            }
            "googleDwd" => {
                let auth = GoogleDWDAuth::new().subject(fields.text("subject"));
                empty.google_dwd(auth.access_token(fields.text("accessToken")))
            }
            "trustedIdp" => {
                let auth = TrustedIDPAuth::new()
                    .db_user(fields.text("dbUser"))
                    .access_key_id(fields.text("accessKeyId"))
                    .secret_access_key(fields.text("secretAccessKey"))
                    .session_token(fields.text("sessionToken"));
                empty.trusted_idp(auth)
            }
            _ => return None,
        })
    }

    pub(crate) fn write(self, mut call: WriteAccount) -> WriteAccount {
        if let Some(details) = self.details() {
            call = call.authorization_details(details);
        }
        let static_auth = self
            .get("authorizationDetails")
            .and_then(|details| details.get("staticAuth"));
        if let Some(credentials) = self.get("credentials").or(static_auth) {
            call = call.credentials(credentials);
        }
        match self.get("apiConfig") {
            Some(api_config) => call.api_config(api_config),
            None => call,
        }
    }

    pub(crate) fn mappings(self) -> Vec<McpConfigConnectionToolMapping> {
        let given = self.get("connectionToolMappings").and_then(Value::as_array);
        let mapping = |mapping: &Value| {
            let mapping = Arguments(mapping);
            McpConfigConnectionToolMapping::new(mapping.text("connectionName"))
                .tools(mapping.texts("tools"))
        };
        given.into_iter().flatten().map(mapping).collect()
    }
}
