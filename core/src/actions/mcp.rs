//! Tokens for MCP servers.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use percent_encoding::utf8_percent_encode;

use super::Actions;
use crate::Result;
use crate::api::mcp::McpCreateSessionToken;
use crate::client::{Call, CallFuture, CallOptions, Client};
use crate::error::{Error, Message};
use crate::percent::UNRESERVED;
use crate::types::{SignedDuration, Timestamp, redacted};

const MIN_EXPIRY: Duration = Duration::from_secs(60);
const MAX_EXPIRY: Duration = Duration::from_secs(24 * 60 * 60);

impl Actions {
    /// Creates a token that gives a user access to the MCP server of a configuration for a limited
    /// time, and returns it with the URL of the server.
    ///
    /// The URL needs a second request. If your application stores the URL, use
    /// [`create_session_token`](crate::api::mcp::Mcp::create_session_token) of [`Actions::mcp`].
    ///
    /// - `config_id`: Id of the configuration.
    /// - `identifier`: Your identifier of the user, 1 to 255 characters.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// use std::time::Duration;
    /// use scalekit::actions::AccessLevel;
    ///
    /// let session = client
    ///     .actions()
    ///     .mcp_session_token("cfg_123", "ada")
    ///     .expiry(Duration::from_secs(600))
    ///     .access_level(AccessLevel::ReadOnly)
    ///     .await?;
    /// println!("{:?} expires at {:?}", session.server_url, session.expires_at);
    /// # Ok(())
    /// # }
    /// ```
    pub fn mcp_session_token(
        &self,
        config_id: impl Into<String>,
        identifier: impl Into<String>,
    ) -> CreateSessionToken {
        let config_id = config_id.into();
        CreateSessionToken {
            client: self.client.clone(),
            call: self.mcp().create_session_token(&config_id, identifier),
            server: Server::Config(config_id),
            options: Ok(CallOptions::default()),
        }
    }

    /// Creates a token for the MCP server of a connection, as
    /// [`mcp_session_token`](Self::mcp_session_token). No second request is needed.
    ///
    /// - `connection_name`: Name of the connection.
    /// - `identifier`: Your identifier of the user, 1 to 255 characters.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// let session = client.actions().mcp_session_token_for_connection("gmail", "ada").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn mcp_session_token_for_connection(
        &self,
        connection_name: impl Into<String>,
        identifier: impl Into<String>,
    ) -> CreateSessionToken {
        let name = connection_name.into();
        let mcp = self.mcp();
        CreateSessionToken {
            client: self.client.clone(),
            call: mcp.create_session_token_for_connection(&name, identifier),
            server: Server::Connection(name),
            options: Ok(CallOptions::default()),
        }
    }
}

/// The access that a token for an MCP server gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AccessLevel {
    /// All tools.
    Full,
    /// Only tools that change nothing.
    ReadOnly,
}

#[derive(Clone)]
enum Server {
    Config(String),
    Connection(String),
}

/// A call of [`Actions::mcp_session_token`]. It is sent when it is awaited.
#[must_use = "a call is sent when it is awaited"]
#[derive(Clone)]
pub struct CreateSessionToken {
    client: Client,
    call: McpCreateSessionToken,
    server: Server,
    /// The options, or the error of an argument, which is returned when the call is sent.
    options: Result<CallOptions>,
}

impl CreateSessionToken {
    /// Sets the lifetime of the token, from 60 seconds to 24 hours. Fractions of a second are cut
    /// off. Default: one hour.
    pub fn expiry(mut self, expiry: Duration) -> Self {
        if (MIN_EXPIRY..=MAX_EXPIRY).contains(&expiry) {
            let seconds = i64::try_from(expiry.as_secs()).unwrap_or(i64::MAX);
            self.call = self.call.expiry(SignedDuration::from_secs(seconds));
        } else {
            let message = Message::about("expiry").text(" must be from 60 seconds to 24 hours");
            self.options = self.options.and(Err(Error::invalid_argument(message)));
        }
        self
    }

    /// Sets the access that the token gives. Default: [`AccessLevel::Full`].
    pub fn access_level(mut self, access_level: AccessLevel) -> Self {
        self.call = self.call.access_level(match access_level {
            AccessLevel::Full => "FULL",
            AccessLevel::ReadOnly => "READ_ONLY",
        });
        self
    }

    /// Sets the time limit of each request. See [`Call::timeout`](crate::Call::timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.map(|options| options.with_timeout(timeout));
        self
    }

    /// Adds a header to each request. See [`Call::header`](crate::Call::header).
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.options = self
            .options
            .and_then(|options| options.with_header(name, value));
        self
    }

    /// Replaces the options of the requests.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = self.options.map(|_| options);
        self
    }

    async fn send(self) -> Result<McpSessionToken> {
        let mut call = Call::from(self.call);
        let options = match self.options {
            Ok(options) => options,
            Err(error) => {
                call.request().fail(error);
                CallOptions::default()
            }
        };
        let created = call.options(options.clone()).await?;
        let server_url = match self.server {
            Server::Config(id) => {
                let config = self.client.mcp().get_config(id).options(options);
                // The token is valid without the URL.
                let url = config.await.map(|config| config.mcp_server_url);
                url.ok().filter(|url| !url.is_empty())
            }
            Server::Connection(name) => {
                let name = utf8_percent_encode(&name, UNRESERVED);
                let env_url = self.client.env_url();
                Some(format!("{env_url}/mcp/v3/connections/{name}"))
            }
        };
        Ok(McpSessionToken {
            token: created.token,
            expires_at: created.expires_at,
            server_url,
        })
    }
}

impl IntoFuture for CreateSessionToken {
    type Output = Result<McpSessionToken>;
    type IntoFuture = CallFuture<McpSessionToken>;

    fn into_future(self) -> Self::IntoFuture {
        CallFuture::new(self.send())
    }
}

impl fmt::Debug for CreateSessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CreateSessionToken")
            .field(&self.call)
            .finish()
    }
}

/// A token for an MCP server. Send it as a bearer token.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct McpSessionToken {
    /// The token. Keep it secret.
    pub token: String,
    /// Time when the token expires.
    pub expires_at: Option<Timestamp>,
    /// URL of the MCP server. `None` if it could not be fetched.
    pub server_url: Option<String>,
}

impl fmt::Debug for McpSessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("McpSessionToken")
            .field("token", &redacted(&self.token))
            .field("expires_at", &self.expires_at)
            .field("server_url", &self.server_url)
            .finish()
    }
}
