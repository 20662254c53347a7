//! Reads sessions and login attempts from arbitrary cookies.
//!
//! The first line of the input is the `Cookie` header, the rest is JSON. `{sealed}` in the header
//! is replaced with the encrypted JSON, because a fuzzer cannot encrypt. A session that is read
//! must stay the same when it is written and read again.
#![no_main]

use scalekit::session::{KeyRing, LoginCookies, RequestCookies, SessionCookies};

const SECRET: &str = "a secret of at least thirty-two characters";

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let (header, json) = text.split_once('\n').unwrap_or((text, ""));
    let keys = KeyRing::new([SECRET]).expect("a key ring");
    let sealed = serde_json::from_str(json)
        .ok()
        .and_then(|value| keys.seal_json(SessionCookies::DEFAULT_NAME, &value).ok());
    let header = header.replace("{sealed}", &sealed.unwrap_or_default());
    let cookies = RequestCookies::parse(&header);

    let logins = LoginCookies::new(keys.clone());
    let state = json.get(..43).unwrap_or(json);
    let _ = logins.finish(state, 1_800_000_000, &cookies);
    let _ = logins.start(Some(json), 1_800_000_000, &cookies);

    let sessions = SessionCookies::new(keys);
    let Ok(read) = sessions.read(&cookies) else {
        return;
    };
    let Ok(written) = sessions.write(&read.session, &cookies) else {
        return; // It does not fit into four cookies.
    };
    let written = written
        .iter()
        .filter(|cookie| cookie.max_age != Some(0))
        .map(|cookie| (cookie.name.as_str(), cookie.value.as_str()));
    let again = sessions
        .read(&written.collect())
        .expect("the session that was written");
    assert_eq!(again.session, read.session);
});
