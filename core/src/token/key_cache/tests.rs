use http::HeaderValue;

use super::*;

#[test]
fn max_age_is_limited() {
    let fresh = |text: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_str(text).unwrap());
        max_age(&headers).as_secs()
    };
    assert_eq!(fresh("public, max-age=900"), 900);
    assert_eq!(fresh("Max-Age=1"), 60);
    assert_eq!(fresh("max-age=99999999"), 3600);
    assert_eq!(fresh("max-age=900, no-store"), 60);
    assert_eq!(fresh("max-age=soon"), 600);
    assert_eq!(max_age(&HeaderMap::new()).as_secs(), 600);
}

#[test]
fn a_failed_fetch_keeps_the_last_valid_keys_and_starts_a_cool_down() {
    let keys = || {
        let jwks = crate::token::testing::jwks(&[(&crate::token::testing::KEYS.first, "k")]);
        KeySet::parse(jwks.as_bytes()).unwrap()
    };
    let start = Instant::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    let good = Snapshot::after(None, Ok((keys(), FRESH)), false, start);
    assert!(good.usable(at(899)).is_some() && good.usable(at(900)).is_none());
    assert!(!good.is_stale(at(599)) && good.is_stale(at(600)));
    assert!(good.may_fetch_unknown(start));
    let failed = Snapshot::after(Some(&good), Err(Error::closed()), true, at(1000));
    assert!(failed.usable(at(1029)).is_some() && failed.failure.is_some());
    assert!(!failed.is_stale(at(1029)) && failed.is_stale(at(1030)));
    assert!(!failed.may_fetch_unknown(at(1029)) && failed.may_fetch_unknown(at(1030)));
    let first_failed = Snapshot::after(None, Err(Error::closed()), false, start);
    assert!(first_failed.usable(start).is_none());
    let again = Snapshot::after(Some(&failed), Ok((keys(), FRESH)), false, at(1010));
    assert!(again.failure.is_none() && !again.may_fetch_unknown(at(1029)));
}
