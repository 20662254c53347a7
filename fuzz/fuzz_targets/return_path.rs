//! Checks arbitrary return paths. A path that is accepted must stay on its origin, as a browser
//! resolves it (the URL Standard), also after a proxy decoded it.
#![no_main]

use percent_encoding::percent_decode_str;
use scalekit::session::return_path;
use url::Url;

libfuzzer_sys::fuzz_target!(|path: &str| {
    let Some(accepted) = return_path(path) else {
        return;
    };
    assert_eq!(accepted, path);
    let base = Url::parse("https://app.example.com/login?returnTo=x").expect("a URL");
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    for path in [path, &decoded] {
        let target = base.join(path).expect("a path");
        assert_eq!(target.origin(), base.origin(), "{path:?}");
    }
});
