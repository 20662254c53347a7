//! Reading the secret of a webhook endpoint.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// Why a webhook secret is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// There is no `_`.
    #[error("it must be a prefix, \"_\" and a key in base64, such as whsec_c2VjcmV0")]
    NoPrefix,
    /// No byte of the key is left after decoding. Anyone could sign with an empty key.
    #[error("the key after the first \"_\" is empty")]
    Empty,
    /// `=` in front of other characters. Decoders that stop there return a part of the key.
    #[error("the key after the first \"_\" contains \"=\" before its end")]
    Padding,
    /// A character of neither alphabet, as in `whsec_${SECRET}`.
    #[error("the key after the first \"_\" contains a character that is not base64")]
    Character,
}

/// Returns the key of a secret: the base64 after its first `_`, in the standard or the URL-safe
/// alphabet.
///
/// The encoding need not be strict where every decoder that accepts it finds the same key: white
/// space, wrong padding, spare bits that are not zero, and one character at the end that is less
/// than a byte.
pub(super) fn decode(secret: &str) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let (_, encoded) = secret.split_once('_').ok_or(SecretError::NoPrefix)?;
    let mut text = Zeroizing::new(Vec::with_capacity(encoded.len()));
    text.extend(
        encoded
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .map(|byte| match byte {
                b'-' => b'+',
                b'_' => b'/',
                byte => byte,
            }),
    );
    let padding = text.iter().rev().take_while(|&&byte| byte == b'=').count();
    let digits = &text[..text.len() - padding];
    let foreign = |byte: &&u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    match digits.iter().find(foreign) {
        Some(b'=') => return Err(SecretError::Padding),
        Some(_) => return Err(SecretError::Character),
        None => {}
    }
    let spare = usize::from(digits.len() % 4 == 1);
    let key = LENIENT
        .decode(&digits[..digits.len() - spare])
        .map_err(|_| SecretError::Character)?;
    if key.is_empty() {
        return Err(SecretError::Empty);
    }
    Ok(Zeroizing::new(key))
}
