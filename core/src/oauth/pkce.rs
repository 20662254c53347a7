//! Proof key for code exchange (RFC 7636), method S256.

use std::fmt;

use aws_lc_rs::{digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Message};
use crate::secret::Secret;

/// A code verifier and its challenge. Store the verifier in the user's session, and pass the
/// challenge to the authorization URL.
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
    /// The minimum length of a verifier, in characters (RFC 7636, section 4.1).
    pub const MIN_LENGTH: usize = 43;

    /// The maximum length of a verifier, in characters (RFC 7636, section 4.1).
    pub const MAX_LENGTH: usize = 128;

    /// The method of all challenges: `code_challenge_method` of the authorization URL.
    pub const METHOD: &'static str = "S256";

    /// Creates a random verifier of 43 characters (258 random bits) and its challenge.
    ///
    /// # Errors
    /// The operating system fails to return random numbers.
    pub fn generate() -> Result<Self, Error> {
        Self::with_length(Self::MIN_LENGTH)
    }

    /// Creates a random verifier of `length` characters, 43 to 128, and its challenge.
    ///
    /// # Errors
    /// `length` is out of range, or the operating system fails to return random numbers.
    pub fn with_length(length: usize) -> Result<Self, Error> {
        check_length(length)?;
        let mut random = [0; 96];
        rand::fill(&mut random)
            .map_err(|_| Error::config("the operating system failed to return random numbers"))?;
        let mut verifier = URL_SAFE_NO_PAD.encode(random);
        verifier.truncate(length);
        Ok(Self::of(verifier))
    }

    /// Computes the challenge of an existing verifier.
    ///
    /// # Errors
    /// The verifier does not have 43 to 128 characters, or it contains a character other than
    /// `A-Z a-z 0-9 - . _ ~`.
    pub fn from_verifier(verifier: impl Into<String>) -> Result<Self, Error> {
        let verifier = verifier.into();
        check_length(verifier.len())?;
        if !verifier
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
        {
            let message = Message::about("code_verifier");
            return Err(Error::invalid_argument(
                message.text(" must contain only A-Z a-z 0-9 - . _ ~"),
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
        " must have {least} to {most} characters, not {length}"
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
    fn the_challenge_matches_the_example_of_the_rfc() {
        let pkce = Pkce::from_verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        assert_eq!(
            pkce.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn generated_verifiers_are_unique_and_have_the_requested_length() {
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
    fn verifiers_that_violate_the_rfc_are_rejected() {
        assert!(Pkce::with_length(42).is_err() && Pkce::with_length(129).is_err());
        assert!(Pkce::from_verifier("a".repeat(42)).is_err());
        assert!(Pkce::from_verifier(format!("{}+", "a".repeat(43))).is_err());
    }
}
