//! Connected accounts.

use serde::de::DeserializeOwned;

use super::write_account::{Kind, WriteAccount};
use super::{Account, Actions};
use crate::api::connected_accounts::{ConnectedAccount, ConnectedAccountsList};
use crate::client::decode::Decoder;
use crate::client::{Call, Client};
use crate::schema::{self, Operation};

/// Returns an account with its credentials.
pub(super) const GET: &Operation = schema::named("ConnectedAccountService.GetConnectedAccountAuth");

impl Actions {
    /// Lists the connected accounts that match all given filters, newest first, page by page.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// let accounts = client.actions().list_accounts().identifier("ada").all().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_accounts(&self) -> ConnectedAccountsList {
        self.client.connected_accounts().list()
    }

    /// Returns a connected account without its credentials.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// let account = client.actions().get_account(("gmail", "ada")).await?;
    /// println!("{}", account.status);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_account(&self, account: impl Into<Account>) -> Call<ConnectedAccount> {
        let details = schema::named("ConnectedAccountService.GetConnectedAccountDetails");
        named(&self.client, details, field(), &account.into())
    }

    /// Returns a connected account with its credentials. Treat the value as a secret.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// let account = client.actions().get_account_with_credentials(("gmail", "ada")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_account_with_credentials(
        &self,
        account: impl Into<Account>,
    ) -> Call<ConnectedAccount> {
        named(&self.client, GET, field(), &account.into())
    }

    /// Deletes a connected account and its credentials.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// use scalekit::actions::Account;
    ///
    /// client.actions().delete_account(Account::with_id("ca_123")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_account(&self, account: impl Into<Account>) -> Call<()> {
        let delete = schema::named("ConnectedAccountService.DeleteConnectedAccount");
        named(&self.client, delete, Decoder::nothing(), &account.into())
    }

    /// Creates a connected account, which needs both names. Without credentials, the account is
    /// pending until its user has authorized it.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// use scalekit::actions::Account;
    ///
    /// let account = Account::new("gmail", "ada").organization_id("org_123");
    /// let created = client.actions().create_account(account).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_account(&self, account: impl Into<Account>) -> WriteAccount {
        WriteAccount::new(&self.client, account.into(), Kind::Create)
    }

    /// Updates the credentials or the settings of a connected account.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// use scalekit::api::connected_accounts::{AuthorizationDetails, OauthToken};
    ///
    /// let details = AuthorizationDetails::new().oauth_token(OauthToken::new("an access token"));
    /// let update = client.actions().update_account(("gmail", "ada"));
    /// let account = update.authorization_details(details).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_account(&self, account: impl Into<Account>) -> WriteAccount {
        WriteAccount::new(&self.client, account.into(), Kind::Update)
    }

    /// Returns a connected account, and creates it if it does not exist. The account needs both
    /// names.
    ///
    /// If credentials or settings are given, an existing account is updated. The method can be
    /// called at the same time for the same account.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// use serde_json::json;
    ///
    /// let account = client
    ///     .actions()
    ///     .get_or_create_account(("slack", "ada"))
    ///     .credentials(json!({"api_key": "key_1"}))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_or_create_account(&self, account: impl Into<Account>) -> WriteAccount {
        WriteAccount::new(&self.client, account.into(), Kind::GetOrCreate)
    }
}

/// The account in a response.
pub(super) fn field<T: DeserializeOwned>() -> Decoder<T> {
    Decoder::field("connected_account")
}

/// Creates the call of an operation for one account.
pub(super) fn named<T>(
    client: &Client,
    operation: &'static Operation,
    decoder: Decoder<T>,
    account: &Account,
) -> Call<T> {
    let mut call = Call::new(client, operation, decoder);
    account.name_one(&mut call);
    call
}
