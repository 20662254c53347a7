//! Proof Key for Code Exchange (RFC 7636), method S256 only.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Returns `true` if `text` is a valid verifier or challenge: 43 to 128 unreserved characters
/// (section 4.1).
pub(super) fn well_formed(text: &str) -> bool {
    let unreserved =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

/// Returns `true` if the verifier matches the challenge.
pub(super) fn matches(challenge: &str, verifier: &str) -> bool {
    let expected = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
    well_formed(verifier)
        && verify_slices_are_equal(expected.as_bytes(), challenge.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_matches() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(matches(challenge, verifier));
        assert!(!matches(challenge, &verifier.replace('d', "e")));
        assert!(!matches(challenge, ""));
        assert!(
            !well_formed("short")
                && !well_formed(&"a".repeat(129))
                && !well_formed(&"ä".repeat(50))
        );
    }
}
