mod wycheproof_tests;

use proptest::prelude::*;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

const SECRET: &str = "whsec_c2VjcmV0LWtleS1vZi10aGUtdGVzdHM=";
const NOW: u64 = 1_800_000_000;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

fn sign(id: &str, timestamp: &str, payload: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"secret-key-of-the-tests");
    let content = [id.as_bytes(), b".", timestamp.as_bytes(), b".", payload].concat();
    format!("v1,{}", STANDARD.encode(hmac::sign(&key, &content)))
}

fn headers<'h>(timestamp: &'h str, signature: &'h str) -> SignatureHeaders<'h> {
    let pairs = [
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", signature),
    ];
    SignatureHeaders::from_pairs(Purpose::Webhook, pairs)
}

fn verify_signature(signature: &str, payload: &[u8]) -> Result<(), WebhookError> {
    Verifier::new(SECRET)
        .unwrap()
        .verify_at(&headers(&NOW.to_string(), signature), payload, now())
}

#[test]
fn one_valid_signature_suffices_and_others_are_skipped() {
    let payload = b"{\"a\":1}";
    let good = sign("msg_1", &NOW.to_string(), payload);
    let other = sign("msg_2", &NOW.to_string(), payload);
    for list in [
        good.clone(),
        format!("{other} {good}"),
        format!("v2,x v1 v1, ,, v1,!! v1a,{good} {good}"),
        format!("{} {good}", vec![other.as_str(); 100].join(" ")),
        format!("  {good}  "),
    ] {
        assert_eq!(verify_signature(&list, payload), Ok(()), "{list}");
    }
}

#[test]
fn only_a_complete_signature_is_valid() {
    let payload = b"{}";
    let good = sign("msg_1", &NOW.to_string(), payload);
    let raw = STANDARD.decode(good.strip_prefix("v1,").unwrap()).unwrap();
    for list in [
        good.to_uppercase(),
        good.replace("v1,", "v2,"),
        good.replace("v1,", ""),
        good.trim_end_matches('=').to_owned(),
        format!("v1,{}", STANDARD.encode(&raw[..31])),
        format!("v1,{}", STANDARD.encode([&raw[..], &[0]].concat())),
        format!("v1,{}", STANDARD.encode([&raw[..], &raw[..]].concat())),
        "v1,".to_owned(),
        "v1".to_owned(),
        " ".to_owned(),
    ] {
        assert_eq!(
            verify_signature(&list, payload),
            Err(WebhookError::InvalidSignature),
            "{list}"
        );
    }
    assert_eq!(
        verify_signature(&good, b"{ }"),
        Err(WebhookError::InvalidSignature)
    );
    assert_eq!(
        verify_signature(&good, b""),
        Err(WebhookError::InvalidSignature)
    );
}

#[test]
fn bodies_of_any_kind_and_size_are_verified() {
    for payload in [&b""[..], &[0xff, 0, 0xfe][..], &vec![b'x'; 5 << 20][..]] {
        assert_eq!(
            verify_signature(&sign("msg_1", &NOW.to_string(), payload), payload),
            Ok(())
        );
    }
}

#[test]
fn the_timestamp_is_digits_within_the_tolerance() {
    let verifier = Verifier::new(SECRET).unwrap();
    let verify = |verifier: &Verifier, timestamp: &str| {
        verifier.verify_at(
            &headers(timestamp, &sign("msg_1", timestamp, b"x")),
            b"x",
            now(),
        )
    };
    assert_eq!(verify(&verifier, &(NOW - 300).to_string()), Ok(()));
    assert_eq!(
        verify(&verifier, &(NOW - 301).to_string()),
        Err(WebhookError::TooOld)
    );
    assert_eq!(verify(&verifier, &(NOW + 300).to_string()), Ok(()));
    assert_eq!(
        verify(&verifier, &(NOW + 301).to_string()),
        Err(WebhookError::TooNew)
    );
    let strict = verifier.clone().with_tolerance(Duration::ZERO);
    assert_eq!(
        verify(&strict, &(NOW - 1).to_string()),
        Err(WebhookError::TooOld)
    );
    for odd in [
        "NaN",
        "1e9",
        "+5",
        "-5",
        " 5",
        "5 ",
        "5.0",
        "0x5",
        "18000000000000000000",
        "١٢",
    ] {
        assert_eq!(
            verify(&verifier, odd),
            Err(WebhookError::InvalidHeaders),
            "{odd}"
        );
    }
}

#[test]
fn a_secret_needs_a_prefix_and_a_key() {
    for (bad, why) in [
        ("", SecretError::NoPrefix),
        ("whsec", SecretError::NoPrefix),
        ("c2VjcmV0", SecretError::NoPrefix),
        ("whsec_", SecretError::Empty),
        ("whsec_\n", SecretError::Empty),
        ("whsec_====", SecretError::Empty),
        ("whsec_A", SecretError::Empty),
        ("whsec_c2Vj=cmV0", SecretError::Padding),
        ("whsec_c2VjcmU=c2VjcmU=", SecretError::Padding),
        ("whsec_!", SecretError::Character),
        ("whsec_c2Vj.cmV0", SecretError::Character),
        ("whsec_${WEBHOOK_SECRET}", SecretError::Character),
        ("whsec_c2VjcmV0\0", SecretError::Character),
        ("whsec_c2VjcmV0ü", SecretError::Character),
        ("whsec_\u{a0}c2VjcmV0", SecretError::Character),
    ] {
        assert_eq!(
            Verifier::new(bad).err(),
            Some(WebhookError::InvalidSecret(why)),
            "{bad:?}"
        );
    }
}

#[test]
fn an_invalid_secret_has_its_reason_as_source() {
    let error = verify("whsec_!", &headers("1", "v1,x"), b"").unwrap_err();
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(error.message(), "Invalid secret");
    assert_eq!(why, SecretError::Character.to_string());
}

#[test]
fn lenient_base64_has_the_same_key_in_every_decoder() {
    for (lenient, strict) in [
        ("whsec_c2Vj cmV0", "whsec_c2VjcmV0"),
        (" whsec_ c2Vj\r\n\tcmV0\n", "whsec_c2VjcmV0"),
        ("whsec_c2VjcmU", "whsec_c2VjcmU="),
        ("whsec_c2VjcmU==", "whsec_c2VjcmU="),
        ("whsec_c2VjcmV0=", "whsec_c2VjcmV0"),
        ("whsec_c2VjcmV", "whsec_c2VjcmU="),
        ("whsec_c2VjcmV=", "whsec_c2VjcmU="),
        ("whsec_c2VjcmV0A", "whsec_c2VjcmV0"),
        ("whsec_c2VjcmV0A=", "whsec_c2VjcmV0"),
        ("whsec_test-secret", "whsec_test+secres="),
    ] {
        assert_eq!(
            *secret::decode(lenient).unwrap(),
            *secret::decode(strict).unwrap(),
            "{lenient:?}"
        );
    }
}

#[test]
fn a_key_is_read_in_both_alphabets() {
    // 0xfb 0xff 0xff: the same key in both alphabets, with and without padding.
    let payload = b"x";
    let key = hmac::Key::new(hmac::HMAC_SHA256, &[0xfb, 0xff, 0xff, 0x01]);
    let content = [b"msg_1.", NOW.to_string().as_bytes(), b".", payload].concat();
    let signature = format!("v1,{}", STANDARD.encode(hmac::sign(&key, &content)));
    for secret in [
        "whsec_+///AQ==",
        "whsec_-___AQ==",
        "whsec_-___AQ",
        "any thing_+/_/AQ",
    ] {
        let verifier = Verifier::new(secret).unwrap();
        let timestamp = NOW.to_string();
        assert_eq!(
            verifier.verify_at(&headers(&timestamp, &signature), payload, now()),
            Ok(()),
            "{secret}"
        );
        assert!(!format!("{verifier:?}").contains("AQ"));
    }
}

#[test]
fn errors_have_the_documented_order_and_messages() {
    let none = SignatureHeaders::default();
    let stale = headers("1", "v1,x");
    let table = [
        (verify("bad", &none, b""), "Missing required headers"),
        (verify("bad", &stale, b""), "Invalid secret"),
        (
            verify(SECRET, &headers("x", "v1,x"), b""),
            "Invalid Signature Headers",
        ),
        (verify(SECRET, &stale, b""), "Message timestamp too old"),
        (
            verify(SECRET, &headers("99999999999", "v1,x"), b""),
            "Message timestamp too new",
        ),
    ];
    for (result, message) in table {
        let error = result.unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (crate::ErrorKind::WebhookVerification, message)
        );
        assert_eq!(error.kind(), crate::ErrorKind::WebhookVerification);
    }
    assert_eq!(
        WebhookError::InvalidSignature.to_string(),
        "Invalid signature"
    );
    let fresh = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
        .to_string();
    assert!(
        verify(
            SECRET,
            &headers(&fresh, &sign("msg_1", &fresh, b"now")),
            b"now"
        )
        .is_ok()
    );
}

#[test]
fn headers_are_found_in_any_mapping() {
    let wanted = SignatureHeaders {
        id: "i".into(),
        timestamp: "t".into(),
        signature: "s".into(),
    };
    for names in [
        ["webhook-id", "webhook-timestamp", "webhook-signature"],
        ["Webhook-Id", "WEBHOOK-TIMESTAMP", "wEbHoOk-SiGnAtUrE"],
        [
            "HTTP_WEBHOOK_ID",
            "HTTP_WEBHOOK_TIMESTAMP",
            "HTTP_WEBHOOK_SIGNATURE",
        ],
        ["webhook_id", "webhook_timestamp", "webhook_signature"],
    ] {
        let pairs = [
            ("content-type", "x"),
            (names[0], "i"),
            (names[1], "t"),
            (names[2], "s"),
            ("http_", "y"),
        ];
        assert_eq!(
            SignatureHeaders::from_pairs(Purpose::Webhook, pairs),
            wanted
        );
        let own = [names[0], names[1], names[2]]
            .map(|name| name.to_lowercase().replace("webhook", "interceptor"));
        let mixed = [
            (&*own[0], "i"),
            (names[0], "other"),
            (names[1], "t"),
            (&*own[2], "s"),
        ];
        assert_eq!(
            SignatureHeaders::from_pairs(Purpose::Interceptor, mixed),
            wanted
        );
        let foreign =
            SignatureHeaders::from_pairs(Purpose::Webhook, own.iter().map(|name| (name, "x")));
        assert_eq!(foreign, SignatureHeaders::default());
    }
    let lookup = |name: &str| match name {
        "interceptor-id" => Some("i"),
        "webhook-id" => Some("other"),
        "webhook-timestamp" => Some("t"),
        "interceptor-signature" => Some("s"),
        _ => None,
    };
    assert_eq!(
        SignatureHeaders::from_lookup(Purpose::Interceptor, lookup),
        wanted
    );
    assert_eq!(
        SignatureHeaders::from_lookup(Purpose::Webhook, lookup).id,
        "other"
    );
}

proptest! {
    #[test]
    fn no_input_causes_a_panic(
        secret in "(whsec_)?\\PC{0,20}", timestamp in "[0-9+. eN]{0,20}", signature in "(v1,|\\PC| ){0,9}",
        payload in proptest::collection::vec(any::<u8>(), 0..50),
    ) {
        prop_assert!(verify(&secret, &headers(&timestamp, &signature), &payload).is_err());
    }

    #[test]
    fn no_name_causes_a_panic(name in proptest::collection::vec(any::<u8>(), 0..30)) {
        let _ = SignatureHeaders::from_pairs(Purpose::Interceptor, [(name, "x")]);
    }

    #[test]
    fn signed_payloads_are_accepted(payload in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(verify_signature(&sign("msg_1", &NOW.to_string(), &payload), &payload).is_ok());
    }
}
