//! Bearer tokens of APIs and MCP servers.

use scalekit::token::Claims;
use scalekit::web_auth::{BearerAuth, Denied, ProtectedResource, Requirements};
use scalekit::{Client, Error};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::json::{RequirementsJson, error_json, response_json};
use crate::failure::BindingError;

/// The JSON of the options.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Options {
    issuer: Option<Vec<String>>,
    audience: Option<Vec<String>>,
    resource: Option<ResourceJson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceJson {
    url: String,
    resource_id: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    documentation: Option<String>,
}

/// A request of the language.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Request {
    /// Checks the header `Authorization`. Result: `{"claims"}`, or `{"response", "error"}`.
    Bearer {
        authorization: Option<String>,
        #[serde(default)]
        require: RequirementsJson,
    },
    /// Checks the claims of a valid token. Result: `{}` or `{"response"}`.
    Check {
        claims: Claims,
        #[serde(default)]
        require: RequirementsJson,
    },
    /// Requests the metadata of the protected resource. Result: `{"response"}`, or `{}` if the path
    /// is another one.
    Metadata { target: String },
    /// Requests the paths of the metadata and the accepted audiences. Result: `{"paths",
    /// "audience"}`.
    Resource {},
}

impl Options {
    pub(super) fn create(self, client: Client) -> Result<BearerAuth, Error> {
        let mut auth = BearerAuth::new(client);
        if let Some(issuer) = self.issuer {
            auth = auth.issuer(issuer);
        }
        if let Some(audience) = self.audience {
            auth = auth.audience(audience);
        }
        let Some(json) = self.resource else {
            return Ok(auth);
        };
        let mut resource = ProtectedResource::new(&json.url)?.scopes(json.scopes);
        resource.resource_id = json.resource_id;
        resource.documentation = json.documentation;
        Ok(auth.resource(resource))
    }
}

impl Request {
    pub(super) fn read(text: &str) -> Result<Self, BindingError> {
        // The text of the error could contain a token.
        serde_json::from_str(text).map_err(|_| BindingError::internal("the request is not valid"))
    }

    /// Handles the request without waiting. `None` if the signing keys must be fetched first.
    pub(super) fn try_handle(self, auth: &BearerAuth) -> Option<String> {
        let result = match self {
            Self::Bearer {
                authorization,
                require,
            } => {
                let required = Requirements::from(require);
                let claims = auth.try_authenticate(authorization.as_deref(), &required)?;
                return Some(claims_json(claims));
            }
            Self::Check { claims, require } => {
                let required = Requirements::from(require);
                let denied = auth.check(&claims, &required).err();
                denied.map_or_else(|| json!({}), |denied| denied_json(&denied))
            }
            Self::Metadata { target } => {
                let response = auth.metadata(&target);
                response.map_or_else(
                    || json!({}),
                    |response| json!({ "response": response_json(&response) }),
                )
            }
            Self::Resource {} => {
                let resource = auth.protected_resource();
                json!({
                    "paths": resource.map(ProtectedResource::metadata_paths).unwrap_or_default(),
                    "audience": auth.accepted_audience(),
                })
            }
        };
        Some(result.to_string())
    }

    pub(super) async fn handle(self, auth: BearerAuth) -> Result<String, BindingError> {
        match self {
            Self::Bearer {
                authorization,
                require,
            } => {
                let required = Requirements::from(require);
                let claims = auth.authenticate(authorization.as_deref(), &required);
                Ok(claims_json(claims.await))
            }
            request => {
                let result = request.try_handle(&auth);
                result.ok_or_else(|| BindingError::internal("the request was not handled"))
            }
        }
    }
}

fn claims_json(result: Result<Claims, Denied>) -> String {
    match result {
        Ok(claims) => json!({ "claims": claims }),
        Err(denied) => denied_json(&denied),
    }
    .to_string()
}

fn denied_json(denied: &Denied) -> Value {
    let mut fields = Map::new();
    fields.insert(
        "response".to_owned(),
        json!(response_json(&denied.response)),
    );
    if let Some(error) = &denied.error {
        fields.insert("error".to_owned(), json!(error_json(error)));
    }
    Value::Object(fields)
}
