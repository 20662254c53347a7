//! Authorization of connected accounts by their users.

use super::{Account, Actions};
use crate::Call;
use crate::api::connected_accounts::GetMagicLinkForConnectedAccountResponse;
use crate::client::decode::Decoder;
use crate::client::typed::call_type;
use crate::error::Error;
use crate::schema;

impl Actions {
    /// Creates a link with which the user authorizes a connected account.
    ///
    /// Redirect the user to the link. After the consent, the browser opens `user_verify_url` with
    /// the parameters `auth_request_id` and `state`. Compare the state, then call
    /// [`verify_account_user`](Self::verify_account_user). Only then is the account active.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// let response = client
    ///     .actions()
    ///     .authorization_link(("gmail", "ada"))
    ///     .state("the state in a cookie")
    ///     .user_verify_url("https://app.example.com/connected")
    ///     .await?;
    /// println!("{}", response.link);
    /// # Ok(())
    /// # }
    /// ```
    pub fn authorization_link(&self, account: impl Into<Account>) -> AuthorizationLink {
        let mut call = Call::new(
            &self.client,
            const { schema::named("ConnectedAccountService.GetMagicLinkForConnectedAccount") },
            Decoder::whole(),
        );
        account.into().name_one(&mut call);
        AuthorizationLink(call)
    }

    /// Confirms that the user who authorized an account is its owner. Returns the URL to redirect
    /// the user to.
    ///
    /// - `auth_request_id`: The parameter of the request to `user_verify_url`.
    /// - `identifier`: Your identifier of the user, from the session of your application.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client, auth_request_id: &str) -> scalekit::Result<()> {
    /// let url = client.actions().verify_account_user(auth_request_id, "ada").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn verify_account_user(
        &self,
        auth_request_id: impl Into<String>,
        identifier: impl Into<String>,
    ) -> Call<String> {
        self.client
            .connected_accounts()
            .verify_user(auth_request_id, identifier)
    }
}

/// A call of [`Actions::authorization_link`]. It is sent when it is awaited.
#[must_use = "a call is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct AuthorizationLink(Call<GetMagicLinkForConnectedAccountResponse>);

impl AuthorizationLink {
    /// Sets an opaque value of at most 512 characters, such as the state in a cookie.
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.0.request().text("state", state);
        self
    }

    /// Sets the URL of your application that receives the user, at most 2048 characters.
    pub fn user_verify_url(mut self, user_verify_url: impl Into<String>) -> Self {
        self.0.request().text("user_verify_url", user_verify_url);
        self
    }
}

call_type!(AuthorizationLink, GetMagicLinkForConnectedAccountResponse);

/// Returns a text about the failure of a tool, for the model.
///
/// If the user must authorize the account again ([`Error::needs_authorization`]), the call `link`
/// is sent, and the text contains the link. `None` is for texts without links.
///
/// ```
/// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
/// use scalekit::actions::{Account, describe_failure};
///
/// let (actions, account) = (client.actions(), Account::new("gmail", "ada"));
/// if let Err(error) = actions.execute_tool("gmail_fetch_mails", &account).await {
///     let link = actions.authorization_link(&account).state("state");
///     println!("{}", describe_failure(&error, link).await);
/// }
/// # Ok(())
/// # }
/// ```
pub async fn describe_failure(error: &Error, link: impl Into<Option<AuthorizationLink>>) -> String {
    let reason = error.tool_error_message().unwrap_or(error.message());
    let problem = format!("The tool failed: {reason}");
    let Some(link) = link.into().filter(|_| error.needs_authorization()) else {
        return problem;
    };
    match link.await {
        Ok(created) if !created.link.is_empty() => {
            let link = created.link;
            format!("{problem}. The user must authorize access again: {link}")
        }
        // A missing link must not hide the failure of the tool.
        _ => problem,
    }
}
