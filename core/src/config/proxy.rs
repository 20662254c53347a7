//! The proxy option.

use crate::error::{Error, Message};
use crate::secret::Secret;

/// Parses the URL of a proxy. It may contain a password, so no error shows it.
pub(crate) fn parse_proxy(url: &Secret) -> Result<reqwest::Proxy, Error> {
    let reject = || {
        let message = Message::about("proxy");
        Error::config(message.text(": it is not a valid URL such as http://proxy.example.com:3128"))
    };
    let parsed = url::Url::parse(url.expose()).map_err(|_| reject())?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none_or(str::is_empty) {
        return Err(reject());
    }
    reqwest::Proxy::all(parsed).map_err(|_| reject())
}
