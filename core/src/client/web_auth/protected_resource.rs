//! Metadata of a protected resource (RFC 9728), which MCP clients read to find the authorization
//! server.

use serde_json::{Value, json};
use url::Url;

use crate::error::{Error, Message};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// An API or an MCP server that access tokens are issued for.
///
/// ```
/// use scalekit::web_auth::ProtectedResource;
///
/// let resource = ProtectedResource::new("https://api.example.com/mcp")?
///     .resource_id("res_123")
///     .scopes(["tools:call"]);
/// assert_eq!(
///     resource.metadata_url(),
///     "https://api.example.com/.well-known/oauth-protected-resource/mcp",
/// );
/// # Ok::<(), scalekit::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProtectedResource {
    url: Url,
    /// The id of the resource in Scalekit: `res_…`.
    pub resource_id: Option<String>,
    /// The scopes that the metadata lists.
    pub scopes: Vec<String>,
    /// The URL of the documentation.
    pub documentation: Option<String>,
}

impl ProtectedResource {
    /// Creates a resource with its URL, such as `https://api.example.com/mcp`.
    ///
    /// # Errors
    /// The URL is not an http or https URL, or it has a fragment (RFC 9728, section 1.2).
    pub fn new(url: &str) -> Result<Self, Error> {
        match Url::parse(url) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.fragment().is_none() => {
                Ok(Self {
                    url,
                    resource_id: None,
                    scopes: Vec::new(),
                    documentation: None,
                })
            }
            _ => {
                let text = " must be an http or https URL without a fragment";
                Err(Error::config(Message::about("resource_url").text(text)))
            }
        }
    }

    /// Sets the id of the resource in Scalekit.
    #[must_use]
    pub fn resource_id(mut self, id: impl Into<String>) -> Self {
        self.resource_id = Some(id.into());
        self
    }

    /// Sets the scopes that the metadata lists.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the URL of the documentation.
    #[must_use]
    pub fn documentation(mut self, url: impl Into<String>) -> Self {
        self.documentation = Some(url.into());
        self
    }

    /// The accepted audiences of tokens: the URL with and without a slash at its end, and the id.
    pub fn audience(&self) -> Vec<String> {
        let bare = self.bare_url();
        let mut audience = vec![format!("{bare}/"), bare];
        audience.extend(self.resource_id.clone());
        audience
    }

    /// The URL of the metadata: the well-known path before the path of the resource (RFC 9728,
    /// section 3.1).
    pub fn metadata_url(&self) -> String {
        let origin = self.url.origin().ascii_serialization();
        format!("{origin}{WELL_KNOWN}{}", self.path())
    }

    /// The paths that should serve the metadata: the one of [`metadata_url`](Self::metadata_url),
    /// and the one without the path of the resource, which some clients ask for.
    pub fn metadata_paths(&self) -> Vec<String> {
        let mut paths = vec![WELL_KNOWN.to_owned()];
        if !self.path().is_empty() {
            paths.push(format!("{WELL_KNOWN}{}", self.path()));
        }
        paths
    }

    /// The metadata (RFC 9728, section 2).
    pub(super) fn metadata(&self, env_url: &str) -> Value {
        let server = match &self.resource_id {
            Some(id) => format!("{env_url}/resources/{id}"),
            None => env_url.to_owned(),
        };
        let mut metadata = json!({
            "resource": self.url.as_str(),
            "authorization_servers": [server],
            "bearer_methods_supported": ["header"],
            "scopes_supported": self.scopes,
        });
        if let Some(documentation) = &self.documentation {
            metadata["resource_documentation"] = json!(documentation);
        }
        metadata
    }

    fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    fn bare_url(&self) -> String {
        self.url.as_str().trim_end_matches('/').to_owned()
    }
}
