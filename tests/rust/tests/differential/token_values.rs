//! Values for the members of tokens, as raw JSON.

use fastrand::Rng;

pub(crate) const ISSUER: &str = "https://acme.scalekit.com";
pub(crate) const AUDIENCE: &str = "skc_1";

pub(crate) const ANY: &[&str] = &[
    "null",
    "true",
    "5",
    "-1.5",
    r#""""#,
    r#""text""#,
    "[]",
    r#"["a"]"#,
    "{}",
    r#"{"a":{"b":[1,2.5,null]}}"#,
];

pub(crate) const HEADER: &[(&str, &[&str])] = &[
    (
        "alg",
        &[
            r#""none""#,
            r#""nOnE""#,
            r#""HS256""#,
            r#""RS384""#,
            r#""PS256""#,
            r#""ES256""#,
            r#""rs256""#,
            r#""RS256 ""#,
            r#""\u0052S256""#,
            r#"["RS256"]"#,
        ],
    ),
    (
        "kid",
        &[
            r#""key_2""#,
            r#""key_3""#,
            r#""\u006bey_1""#,
            r#""KEY_1""#,
            r#""key_1\u0000""#,
            r#"["key_1"]"#,
        ],
    ),
    ("typ", &[r#""JWT""#, r#""at+jwt""#]),
    ("crit", &["[]", r#"["exp"]"#, r#"["b64"]"#, "[5]"]),
    ("b64", &["false"]),
    (
        "jwk",
        &[
            r#"{"kty":"oct","k":"AA"}"#,
            r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
        ],
    ),
    ("jku", &[r#""https://evil.example/keys""#]),
    ("x5c", &[r#"["MIIB"]"#]),
    ("zip", &[r#""DEF""#]),
    ("x", &["NaN", "1e309", r#""é""#, r#""\ud800""#]),
];

pub(crate) const CLAIMS: &[(&str, &[&str])] = &[
    (
        "iss",
        &[
            r#""https://acme.scalekit.com/""#,
            r#"["https://acme.scalekit.com"]"#,
            r#""HTTPS://ACME.SCALEKIT.COM""#,
            r#""https:\/\/acme.scalekit.com""#,
            r#"["https://acme.scalekit.com","b"]"#,
        ],
    ),
    (
        "aud",
        &[
            r#""skc_1""#,
            r#"["a","skc_1"]"#,
            r#"["a"]"#,
            r#"[["skc_1"]]"#,
            r#"["skc_1",5]"#,
            r#"["skc_1",null]"#,
            r#""SKC_1""#,
            r#"{"skc_1":1}"#,
        ],
    ),
    (
        "scopes",
        &[
            r#""read write""#,
            r#""read""#,
            r#"["read write"]"#,
            r#"["read","write",5]"#,
            r#""write\tread""#,
        ],
    ),
    (
        "scope",
        &[r#""read write""#, r#""write""#, r#"["read","write"]"#],
    ),
    ("sub", &[]),
    (
        "x",
        &[
            "NaN",
            "1e309",
            "18446744073709551616",
            r#""\ud800""#,
            r#""\u0000""#,
        ],
    ),
];

/// Returns a time or an invalid value. Times are far from the limits of all leeways in the tests
/// (0, 5 and 3600 s).
pub(crate) fn time(rng: &mut Rng, now: i64) -> String {
    let time = now + [-100_000_000, -7200, -1800, 1800, 7200, 100_000_000][rng.usize(..6)];
    match rng.u8(..16) {
        0..=5 => time.to_string(),
        6 => format!("{time}.5"),
        7 => format!("{:e}", time as f64),
        8 => format!("\"{time}\""),
        9 => format!("-{time}"),
        10 => rng
            .choice(["0", "-0", "-1", "[1]", "false"])
            .unwrap()
            .to_owned(),
        11 => rng
            .choice([
                "1e309",
                "1e300",
                "18446744073709551616",
                "18446744073709551615",
            ])
            .unwrap()
            .to_owned(),
        _ => rng.choice(ANY).unwrap().to_string(),
    }
}
