//! Proof key for code exchange (RFC 7636), method S256.

use std::fmt;

use aws_lc_rs::{digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Message};
use crate::secret::Secret;

/// A verifier, to be kept in the user's session, and its challenge, which goes into the
/// authorization URL.
///
/// ```
/// use scalekit::oauth::{AuthorizationUrlOptions, Pkce};
///
/// let pkce = Pkce::generate()?;
/// let options = AuthorizationUrlOptions::new().pkce(pkce.clone());
/// assert_eq!(pkce.verifier().len(), 43);
/// # Ok::<(), scalekit::Error>(())
/// ```
#[derive(Clone)]
pub struct Pkce {
    verifier: Secret,
    challenge: String,
}

impl Pkce {
    /// The shortest verifier (RFC 7636, section 4.1).
    pub const MIN_LENGTH: usize = 43;

    /// The longest verifier (RFC 7636, section 4.1).
    pub const MAX_LENGTH: usize = 128;

    /// The method of every challenge that is made here.
    pub const METHOD: &'static str = "S256";

    /// A fresh verifier of 43 characters (256 random bits) and its challenge.
    ///
    /// # Errors
    /// The operating system gives no random numbers.
    pub fn generate() -> Result<Self, Error> {
        Self::with_length(Self::MIN_LENGTH)
    }

    /// A fresh verifier of `length` characters, 43 to 128, and its challenge.
    ///
    /// # Errors
    /// `length` is out of range, or the operating system gives no random numbers.
    pub fn with_length(length: usize) -> Result<Self, Error> {
        check_length(length)?;
        let mut random = [0; 96];
        rand::fill(&mut random).map_err(|_| Error::config("the system gives no random numbers"))?;
        let mut verifier = URL_SAFE_NO_PAD.encode(random);
        verifier.truncate(length);
        Ok(Self::of(verifier))
    }

    /// The challenge of a verifier that exists already.
    ///
    /// # Errors
    /// It is not 43 to 128 of the characters `A-Z a-z 0-9 - . _ ~`.
    pub fn from_verifier(verifier: impl Into<String>) -> Result<Self, Error> {
        let verifier = verifier.into();
        check_length(verifier.len())?;
        if !verifier
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
        {
            let message = Message::about("code_verifier");
            return Err(Error::invalid_argument(
                message.text(": only A-Z a-z 0-9 - . _ ~ are allowed"),
            ));
        }
        Ok(Self::of(verifier))
    }

    fn of(verifier: String) -> Self {
        let challenge =
            URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
        Self {
            verifier: Secret::from(verifier),
            challenge,
        }
    }

    /// The verifier: `code_verifier` of the exchange.
    pub fn verifier(&self) -> &str {
        self.verifier.expose()
    }

    /// The challenge: `code_challenge` of the authorization URL.
    pub fn challenge(&self) -> &str {
        &self.challenge
    }
}

fn check_length(length: usize) -> Result<(), Error> {
    let (least, most) = (Pkce::MIN_LENGTH, Pkce::MAX_LENGTH);
    if (least..=most).contains(&length) {
        return Ok(());
    }
    let message = Message::about("code_verifier");
    Err(Error::invalid_argument(message.text(format_args!(
        ": {least} to {most} characters are needed, not {length}"
    ))))
}

impl fmt::Debug for Pkce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkce")
            .field("challenge", &self.challenge)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_example_of_the_rfc() {
        let pkce = Pkce::from_verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        assert_eq!(
            pkce.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn fresh_ones_differ_and_have_their_length() {
        for length in [43, 64, 128] {
            let (one, other) = (
                Pkce::with_length(length).unwrap(),
                Pkce::with_length(length).unwrap(),
            );
            assert_ne!(one.verifier(), other.verifier());
            assert_eq!(one.verifier().len(), length);
            assert_eq!(
                Pkce::from_verifier(one.verifier()).unwrap().challenge(),
                one.challenge()
            );
            assert!(!format!("{one:?}").contains(one.verifier()));
        }
    }

    #[test]
    fn what_the_rfc_forbids_is_refused() {
        assert!(Pkce::with_length(42).is_err() && Pkce::with_length(129).is_err());
        assert!(Pkce::from_verifier("a".repeat(42)).is_err());
        assert!(Pkce::from_verifier(format!("{}+", "a".repeat(43))).is_err());
    }
}
