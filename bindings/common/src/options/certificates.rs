//! CA certificates: PEM, or the path of a PEM file.

use std::fs;
use std::io;
use std::path::PathBuf;

use scalekit::{Error, Message};

/// The beginning of PEM text.
const PEM: &str = "-----BEGIN";

/// The value of the option for CA certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificates {
    /// Certificates in PEM.
    Pem(Vec<u8>),
    /// The path of a PEM file.
    File(PathBuf),
}

impl From<String> for Certificates {
    /// Text without a PEM header is a path.
    fn from(text: String) -> Self {
        if text.contains(PEM) {
            Self::Pem(text.into_bytes())
        } else {
            Self::File(text.into())
        }
    }
}

impl Certificates {
    /// Returns the PEM, read from the file.
    pub(super) fn read(self) -> Result<Vec<u8>, Error> {
        match self {
            Self::Pem(pem) => Ok(pem),
            Self::File(path) => fs::read(&path).map_err(|error| {
                let (reason, path) = (reason(&error), path.display());
                let message = Message::about("ca_certificates");
                Error::config(message.text(format_args!(" cannot be read: {reason}: {path}")))
            }),
        }
    }
}

/// Returns the reason of a failure, with the name of the most common ones.
fn reason(error: &io::Error) -> String {
    let name = match error.kind() {
        io::ErrorKind::NotFound => "ENOENT: ",
        io::ErrorKind::PermissionDenied => "EACCES: ",
        io::ErrorKind::IsADirectory => "EISDIR: ",
        _ => "",
    };
    format!("{name}{error}")
}
