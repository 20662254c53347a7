//! Options that are handed on to the HTTP library.

use std::path::PathBuf;

use crate::error::Error;
use crate::secret::Secret;

/// Certificates to trust, read when the client is built.
#[derive(Clone)]
pub(super) enum Ca {
    Pem(Vec<u8>),
    File(PathBuf),
}

impl Ca {
    pub(super) fn read(self) -> Result<Vec<reqwest::Certificate>, Error> {
        let pem = match self {
            Self::Pem(pem) => pem,
            Self::File(path) => std::fs::read(&path).map_err(|error| {
                Error::config(format!("CA certificates {}: {error}", path.display())).with_source(error)
            })?,
        };
        match reqwest::Certificate::from_pem_bundle(&pem) {
            Ok(certificates) if certificates.is_empty() => Err(Error::config(
                "CA certificates: there is no PEM certificate in them",
            )),
            Ok(certificates) => Ok(certificates),
            Err(error) => Err(Error::config("CA certificates: they are not valid PEM").with_source(error)),
        }
    }
}

/// The URL may hold a password, so neither it nor an error about it is shown.
pub(super) fn parse_proxy(url: &Secret) -> Result<reqwest::Proxy, Error> {
    let refuse = || Error::config("proxy: it is not a valid URL such as http://proxy.example.com:3128");
    let parsed = url::Url::parse(url.expose()).map_err(|_| refuse())?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none_or(str::is_empty) {
        return Err(refuse());
    }
    reqwest::Proxy::all(parsed).map_err(|_| refuse())
}
