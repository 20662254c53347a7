//! Certificates that a client trusts besides the roots of the system.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::ClientBuilder;
use crate::error::Error;

/// The variables of OpenSSL, which every language reads. The second one is a list of directories.
const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
const SSL_CERT_DIR: &str = "SSL_CERT_DIR";

/// Certificates given by option.
#[derive(Clone)]
enum Ca {
    Pem(Vec<u8>),
    File(PathBuf),
}

/// What the builder collects about trust.
#[derive(Clone)]
pub(super) struct TrustOptions {
    ca: Option<Ca>,
    /// The name of the option above in the language of the caller.
    option: String,
    /// Variables that only the language of the caller has.
    variables: Vec<String>,
}

/// Which certificates a client trusts besides the roots of the system.
#[derive(Clone)]
pub(crate) struct Trust {
    /// Given by option.
    pub(crate) certificates: Vec<CertificateDer<'static>>,
    /// Named by environment variables.
    pub(crate) places: Vec<Place>,
    option: String,
    variables: Vec<String>,
}

/// A file or directory of PEM certificates that an environment variable names.
#[derive(Clone)]
pub(crate) struct Place {
    variable: String,
    pub(crate) path: PathBuf,
}

impl ClientBuilder {
    /// Trusts these PEM certificates besides the roots of the system.
    ///
    /// Default: none. The environment variables `SSL_CERT_FILE` (a PEM file) and `SSL_CERT_DIR` (directories of PEM
    /// files) add certificates in the same way, with or without this option. If the system has no roots, those of
    /// Mozilla take their place, which are built in.
    pub fn ca_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.trust.ca = Some(Ca::Pem(pem.into()));
        self
    }

    /// Trusts the PEM certificates of this file besides the roots of the system. [`build`](Self::build) reads the file.
    pub fn ca_certificate_file(mut self, path: impl AsRef<Path>) -> Self {
        self.trust.ca = Some(Ca::File(path.as_ref().to_owned()));
        self
    }

    /// More environment variables that name a PEM file, or a directory of PEM files, to trust besides the roots of the
    /// system. Bindings set those of their language.
    ///
    /// [`build`](Self::build) reads the variables, and the first call reads the files. A file that cannot be read is
    /// ignored; the error of a call that fails for an untrusted certificate names it. Default: none besides
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR`, which are always read.
    pub fn ca_variables(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.trust.variables = names.into_iter().map(Into::into).collect();
        self
    }

    /// The name of the option for CA certificates that errors mention. Bindings set the one of their language. Default:
    /// `ca_certificate_pem`.
    pub fn ca_option_name(mut self, name: impl Into<String>) -> Self {
        self.trust.option = name.into();
        self
    }
}

impl TrustOptions {
    pub(super) fn new() -> Self {
        Self {
            ca: None,
            option: "ca_certificate_pem".to_owned(),
            variables: Vec::new(),
        }
    }

    /// Reads the certificates given by option and the values of the variables, not the files that these name.
    ///
    /// # Errors
    /// The option's file cannot be read, or its certificates are not valid.
    pub(super) fn read(self, variable: impl Fn(&str) -> Option<OsString>) -> Result<Trust, Error> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let place = |name: &str, path: PathBuf| Place {
            variable: name.to_owned(),
            path,
        };
        let mut places = Vec::new();
        for name in self.variables.iter().map(String::as_str).chain([SSL_CERT_FILE]) {
            places.extend(set(name).map(|path| place(name, path.into())));
        }
        let directories = set(SSL_CERT_DIR).unwrap_or_default();
        let directories = std::env::split_paths(&directories).filter(|path| !path.as_os_str().is_empty());
        places.extend(directories.map(|path| place(SSL_CERT_DIR, path)));
        Ok(Trust {
            certificates: self.ca.map(Ca::read).transpose()?.unwrap_or_default(),
            places,
            option: self.option,
            variables: self.variables,
        })
    }
}

impl Trust {
    /// Says how to trust another CA.
    pub(crate) fn advice(&self) -> String {
        let names: Vec<&str> = self
            .variables
            .iter()
            .map(String::as_str)
            .chain([SSL_CERT_FILE, SSL_CERT_DIR])
            .collect();
        format!(
            "add the CA with the option {} or with one of the variables {}",
            self.option,
            names.join(", ")
        )
    }
}

impl Ca {
    fn read(self) -> Result<Vec<CertificateDer<'static>>, Error> {
        let pem = match self {
            Self::Pem(pem) => pem,
            Self::File(path) => std::fs::read(&path).map_err(|error| {
                Error::config(format!("CA certificates {}: {error}", path.display())).with_source(error)
            })?,
        };
        let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
        let certificates = certificates
            .map_err(|error| Error::config("CA certificates: they are not valid PEM").with_source(error))?;
        if certificates.is_empty() {
            return Err(Error::config(
                "CA certificates: there is no PEM certificate in them",
            ));
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
    /// Returns `true` if the path is one of `known`, or a file in one of these directories. Those paths are canonical.
    pub(crate) fn is_in(&self, known: &[PathBuf]) -> bool {
        let Ok(path) = self.path.canonicalize() else {
            return false;
        };
        // The path may be a link in such a directory.
        let folder = self.path.parent().and_then(|folder| folder.canonicalize().ok());
        known
            .iter()
            .any(|known| *known == path || path.parent() == Some(known) || folder.as_ref() == Some(known))
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
