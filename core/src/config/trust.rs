//! CA certificates that a client trusts in addition to the system's root certificates.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::{Error, Message};

/// The variables of OpenSSL. `SSL_CERT_DIR` is a list of directories.
pub(crate) const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
pub(crate) const SSL_CERT_DIR: &str = "SSL_CERT_DIR";

/// Certificates given by option.
#[derive(Clone)]
enum Ca {
    Pem(Vec<u8>),
    File(PathBuf),
}

/// The options of the builder.
#[derive(Clone)]
pub(crate) struct TrustOptions {
    ca: Option<Ca>,
    /// Further environment variables, in addition to `SSL_CERT_FILE` and `SSL_CERT_DIR`.
    pub(crate) variables: Vec<String>,
}

/// The trusted certificates of a client.
#[derive(Clone)]
pub(crate) struct Trust {
    /// The certificates of the CA option.
    pub(crate) certificates: Vec<CertificateDer<'static>>,
    /// The files and directories of environment variables.
    pub(crate) places: Vec<Place>,
    variables: Vec<String>,
}

/// A file or directory of PEM certificates, from an environment variable.
#[derive(Clone)]
pub(crate) struct Place {
    variable: String,
    pub(crate) path: PathBuf,
}

impl TrustOptions {
    pub(crate) fn new() -> Self {
        Self {
            ca: None,
            variables: Vec::new(),
        }
    }

    pub(crate) fn set_pem(&mut self, pem: Vec<u8>) {
        self.ca = Some(Ca::Pem(pem));
    }

    pub(crate) fn set_file(&mut self, path: PathBuf) {
        self.ca = Some(Ca::File(path));
    }

    /// Reads the certificates of the option and the values of the variables. The variables' files
    /// are read later.
    ///
    /// # Errors
    /// The option's file cannot be read, or its certificates are invalid.
    pub(crate) fn read(self, variable: impl Fn(&str) -> Option<OsString>) -> Result<Trust, Error> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let place = |name: &str, path: PathBuf| Place {
            variable: name.to_owned(),
            path,
        };
        let mut places = Vec::new();
        for name in self
            .variables
            .iter()
            .map(String::as_str)
            .chain([SSL_CERT_FILE])
        {
            places.extend(set(name).map(|path| place(name, path.into())));
        }
        let directories = set(SSL_CERT_DIR).unwrap_or_default();
        let directories =
            std::env::split_paths(&directories).filter(|path| !path.as_os_str().is_empty());
        places.extend(directories.map(|path| place(SSL_CERT_DIR, path)));
        Ok(Trust {
            certificates: self.ca.map(Ca::read).transpose()?.unwrap_or_default(),
            places,
            variables: self.variables,
        })
    }
}

impl Trust {
    /// Appends to an error message how to trust a CA.
    pub(crate) fn advise(&self, message: Message) -> Message {
        let names: Vec<&str> = self
            .variables
            .iter()
            .map(String::as_str)
            .chain([SSL_CERT_FILE, SSL_CERT_DIR])
            .collect();
        message
            .text("add the CA with the option ")
            .name("ca_certificate_pem")
            .text(" or with one of the variables ")
            .text(names.join(", "))
    }
}

impl Ca {
    fn read(self) -> Result<Vec<CertificateDer<'static>>, Error> {
        let pem = match self {
            Self::Pem(pem) => pem,
            Self::File(path) => std::fs::read(&path).map_err(|error| {
                Error::config(format!("CA certificates {}: {error}", path.display()))
                    .with_source(error)
            })?,
        };
        let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
        let certificates = certificates.map_err(|error| {
            Error::config("CA certificates: they are not valid PEM").with_source(error)
        })?;
        if certificates.is_empty() {
            return Err(Error::config("CA certificates: no PEM certificate found"));
        }
        for certificate in &certificates {
            usable(certificate).map_err(|error| {
                Error::config("CA certificates: one of them is not a valid X.509 certificate")
                    .with_source(error)
            })?;
        }
        Ok(certificates)
    }
}

impl Place {
    /// Returns `true` if the path is one of `known`, or a file in one of these directories. Those
    /// paths are canonical.
    pub(crate) fn is_in(&self, known: &[PathBuf]) -> bool {
        let Ok(path) = self.path.canonicalize() else {
            return false;
        };
        // The path may be a link in such a directory.
        let folder = self
            .path
            .parent()
            .and_then(|folder| folder.canonicalize().ok());
        known.iter().any(|known| {
            *known == path || path.parent() == Some(known) || folder.as_ref() == Some(known)
        })
    }

    /// Reads the certificates. Those that cannot be used are skipped, as in the system's own files.
    ///
    /// # Errors
    /// No certificate can be used; the text names the path and the reason.
    pub(crate) fn read(&self) -> Result<Vec<CertificateDer<'static>>, String> {
        let path = &*self.path;
        let found = if path.is_dir() {
            rustls_native_certs::load_certs_from_paths(None, Some(path))
        } else {
            rustls_native_certs::load_certs_from_paths(Some(path), None)
        };
        let mut certificates = found.certs;
        certificates.retain(|certificate| usable(certificate).is_ok());
        match found.errors.first() {
            _ if !certificates.is_empty() => Ok(certificates),
            Some(error) => Err(format!("{self} is ignored: {error}")),
            None => Err(format!("{self} is ignored: it contains no PEM certificate")),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.variable, self.path.display())
    }
}

fn usable(certificate: &CertificateDer<'static>) -> Result<(), rustls::Error> {
    RootCertStore::empty().add(certificate.clone())
}

#[cfg(test)]
mod tests;
