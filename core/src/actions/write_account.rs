//! The calls that create or update a connected account.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use serde::Serialize;

use super::accounts::{GET, field, named};
use super::{Account, json_object};
use crate::Result;
use crate::api::connected_accounts::{
    AuthorizationDetails, AuthorizationDetailsDetails, ConnectedAccount, GoogleDWDAuth, StaticAuth,
    UpdateConnectedAccount,
};
use crate::client::{Call, CallFuture, CallOptions, Client};
use crate::error::{Error, ErrorKind, Message};
use crate::schema::{self, Operation};

const CREATE: &Operation = schema::named("ConnectedAccountService.CreateConnectedAccount");
const UPDATE: &Operation = schema::named("ConnectedAccountService.UpdateConnectedAccount");

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Create,
    Update,
    GetOrCreate,
}

/// A call of [`create_account`](super::Actions::create_account),
/// [`update_account`](super::Actions::update_account) or
/// [`get_or_create_account`](super::Actions::get_or_create_account). It is sent when it is awaited.
///
/// The options of the call apply to each request: `get_or_create_account` sends up to four.
#[must_use = "a call is sent when it is awaited"]
#[derive(Clone)]
pub struct WriteAccount {
    client: Client,
    account: Account,
    kind: Kind,
    /// The fields, or the error of an argument, which is returned when the call is sent.
    fields: Result<UpdateConnectedAccount>,
    options: CallOptions,
}

impl WriteAccount {
    pub(super) fn new(client: &Client, account: Account, kind: Kind) -> Self {
        Self {
            client: client.clone(),
            account,
            kind,
            fields: Ok(UpdateConnectedAccount::new()),
            options: CallOptions::default(),
        }
    }

    /// Sets the credentials of a service without OAuth, as a JSON object: an API key, a password,
    /// or others, such as `{"api_key": "…"}`.
    pub fn credentials(self, credentials: impl Serialize) -> Self {
        self.change(|fields| {
            if let Some(details) = json_object("credentials", &credentials)? {
                let auth = StaticAuth::new().details(details);
                fields.authorization_details = Some(AuthorizationDetails::new().static_auth(auth));
            }
            Ok(())
        })
    }

    /// Sets credentials of any type. Fields that only responses have are not sent, so details can
    /// be read, changed and written.
    pub fn authorization_details(self, mut details: AuthorizationDetails) -> Self {
        use AuthorizationDetailsDetails::{GoogleDwd, TrustedIdp};
        self.change(|fields| {
            match &mut details.details {
                Some(GoogleDwd(auth)) if auth.subject.is_empty() => {
                    return Err(missing("subject"));
                }
                Some(GoogleDwd(auth)) => **auth = GoogleDWDAuth::new().subject(&auth.subject),
                Some(TrustedIdp(auth)) => auth.expiry = None,
                Some(_) => {}
                None => return Err(missing("authorization_details")),
            }
            fields.authorization_details = Some(details);
            Ok(())
        })
    }

    /// Sets the settings of the connection for this account, as a JSON object. An empty object
    /// removes them.
    pub fn api_config(self, api_config: impl Serialize) -> Self {
        self.change(|fields| {
            if let Some(api_config) = json_object("api_config", &api_config)? {
                fields.api_config = Some(api_config);
            }
            Ok(())
        })
    }

    /// Sets the time limit of each request. See [`Call::timeout`](crate::Call::timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Adds a header to each request. See [`Call::header`](crate::Call::header).
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match self.options.clone().with_header(name, value) {
            Ok(options) => {
                self.options = options;
                self
            }
            Err(error) => self.change(|_| Err(error)),
        }
    }

    /// Replaces the options of the call.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Applies a change. The first error is kept.
    fn change(mut self, change: impl FnOnce(&mut UpdateConnectedAccount) -> Result<()>) -> Self {
        self.fields = self.fields.and_then(|mut fields| {
            change(&mut fields)?;
            Ok(fields)
        });
        self
    }

    async fn send(self) -> Result<ConnectedAccount> {
        let operation = match self.kind {
            Kind::Update => UPDATE,
            Kind::Create | Kind::GetOrCreate => CREATE,
        };
        let checked = match self.kind {
            Kind::Update => Ok(()),
            Kind::Create | Kind::GetOrCreate => self.account.check_new(),
        };
        let fields = checked.and(self.fields.clone());
        let fields = fields.map_err(|error| error.with_operation(operation.name))?;
        match self.kind {
            Kind::Create | Kind::Update => self.write(operation, &fields).await,
            Kind::GetOrCreate => self.get_or_create(&fields).await,
        }
    }

    async fn get_or_create(&self, fields: &UpdateConnectedAccount) -> Result<ConnectedAccount> {
        match self.existing(fields).await {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            other => return other,
        }
        match self.write(CREATE, fields).await {
            // Another caller has just created the account.
            Err(error) if error.kind() == ErrorKind::Conflict => self.existing(fields).await,
            other => other,
        }
    }

    /// Returns the account, updated if there are fields to update.
    async fn existing(&self, fields: &UpdateConnectedAccount) -> Result<ConnectedAccount> {
        let get = named(&self.client, GET, field(), &self.account);
        let found = get.options(self.options.clone()).await?;
        if *fields == UpdateConnectedAccount::new() {
            return Ok(found);
        }
        self.write(UPDATE, fields).await
    }

    fn write(
        &self,
        operation: &'static Operation,
        fields: &UpdateConnectedAccount,
    ) -> Call<ConnectedAccount> {
        let mut call = named(&self.client, operation, field(), &self.account);
        call.request().encode("connected_account", fields);
        call.options(self.options.clone())
    }
}

impl IntoFuture for WriteAccount {
    type Output = Result<ConnectedAccount>;
    type IntoFuture = CallFuture<ConnectedAccount>;

    fn into_future(self) -> Self::IntoFuture {
        CallFuture::new(self.send())
    }
}

/// Shows the account without the fields, because their values may be secret.
impl fmt::Debug for WriteAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteAccount")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

fn missing(name: &'static str) -> Error {
    Error::invalid_argument(Message::about(name).text(" is required"))
}
