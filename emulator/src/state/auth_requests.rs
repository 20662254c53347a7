//! The log of login attempts.

use scalekit::api::raw::auditlogs::{AuthLogRequest, ConnectionDetails};
use scalekit::api::raw::auth::User;
use serde::{Deserialize, Serialize};

use super::rows::{keys, row};
use super::{Ctx, ENVIRONMENT, Key, State};

/// The maximum number of stored entries. The oldest are removed first.
const MAX_ENTRIES: usize = 10_000;

/// Entry statuses. The service also has `PENDING`, which a seed may use.
pub(crate) const INITIATED: &str = "INITIATED";
pub(crate) const SUCCESS: &str = "SUCCESS";
pub(crate) const FAILED: &str = "FAILED";

/// A log entry. If the login continues on the application's own login page, the entry has a login
/// request id.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AuthRequestRow {
    #[serde(flatten)]
    pub(crate) log: AuthLogRequest,
    /// The id that the application uses to report the logged-in user.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) login_request_id: String,
    /// The user that the application reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<User>,
}

row!(
    AuthRequestRow,
    "authentication request",
    "areq",
    log.auth_request_id,
    {
        fn keys(&self) -> Vec<Key> {
            keys([("login_request", Some(self.login_request_id.as_str()))])
        }

        fn complete(&mut self, ctx: &Ctx<'_>) {
            ENVIRONMENT.clone_into(&mut self.log.environment_id);
            self.log.timestamp = self.log.timestamp.or_else(|| ctx.stamp());
            self.log.status = match self.log.status.as_str() {
                "" => INITIATED.to_owned(),
                status => status.to_ascii_uppercase(),
            };
        }
    }
);

/// A login to log. Unknown fields are empty.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AuthRequest<'a> {
    pub(crate) workflow: &'a str,
    pub(crate) status: &'a str,
    pub(crate) email: &'a str,
    pub(crate) organization_id: &'a str,
    pub(crate) connection_id: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) connected_account_identifier: &'a str,
    pub(crate) login_request_id: &'a str,
}

impl State {
    /// Adds a login to the log and returns the id of the entry.
    pub(crate) fn log_auth_request(&mut self, ctx: &Ctx<'_>, request: AuthRequest<'_>) -> String {
        let connection = self.connections.get(request.connection_id);
        let details = connection.map(|connection| ConnectionDetails {
            connection_id: connection.id.clone(),
            organization_id: connection.organization_id.clone().unwrap_or_default(),
            connection_type: connection.r#type.name().unwrap_or_default().to_owned(),
            connection_provider: connection.provider.name().unwrap_or_default().to_owned(),
        });
        let client = self.clients.get(request.client_id).map(|row| &row.client);
        let log = AuthLogRequest {
            organization_id: request.organization_id.to_owned(),
            environment_id: ENVIRONMENT.to_owned(),
            connection_id: request.connection_id.to_owned(),
            email: request.email.to_owned(),
            connection_type: details
                .as_ref()
                .map(|one| one.connection_type.clone())
                .unwrap_or_default(),
            connection_provider: (details.as_ref())
                .map(|one| one.connection_provider.clone())
                .unwrap_or_default(),
            status: request.status.to_owned(),
            timestamp: ctx.stamp(),
            connection_details: details.into_iter().collect(),
            workflow: request.workflow.to_owned(),
            connected_account_identifier: request.connected_account_identifier.to_owned(),
            client_id: request.client_id.to_owned(),
            client_name: client.map(|client| client.name.clone()).unwrap_or_default(),
            client_type: client
                .map(|client| client.client_type.clone())
                .unwrap_or_default(),
            ..AuthLogRequest::default()
        };
        let row = AuthRequestRow {
            log,
            login_request_id: request.login_request_id.to_owned(),
            user: None,
        };
        let id = self
            .auth_requests
            .insert(&mut self.ids, row)
            .log
            .auth_request_id
            .clone();
        self.auth_requests.drop_oldest(MAX_ENTRIES, |_| false);
        id
    }
}
