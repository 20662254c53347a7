//! Generates tokens. Each one is a valid token with up to three changes to its header, claims,
//! signature or text.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{self, RsaEncoding};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fastrand::Rng;
use scalekit::token::TokenValidation;
use serde_json::{Value, json};

use super::token_values::{ANY, AUDIENCE, CLAIMS, HEADER, ISSUER, time};

/// A token and the options for its validation.
#[derive(Debug)]
pub(crate) struct TokenCase {
    pub(crate) header: String,
    pub(crate) payload: String,
    pub(crate) checks: TokenValidation,
    pub(crate) token: String,
}

impl TokenCase {
    pub(crate) fn claim(&self, name: &str) -> Option<Value> {
        serde_json::from_str::<Value>(&self.payload)
            .ok()?
            .get(name)
            .cloned()
    }
}

/// Generates the two keys `key_1` and `key_2`.
pub(crate) fn keys() -> [KeyPair; 2] {
    [(), ()].map(|()| KeyPair::generate(KeySize::Rsa2048).unwrap())
}

/// The members of an object with their raw JSON values.
type Members = Vec<(&'static str, String)>;

struct Draft {
    header: Members,
    claims: Members,
    /// Changes to the JSON text of header and claims.
    layout: [fn(String) -> String; 2],
    signer: usize,
    encoding: &'static dyn RsaEncoding,
    /// Changes to the finished token.
    corruptions: Vec<Box<dyn Fn(String) -> String>>,
}

fn set(members: &mut Members, name: &'static str, raw: String) {
    members.retain(|(found, _)| *found != name);
    members.push((name, raw));
}

fn choose(rng: &mut Rng, table: &[(&'static str, &[&'static str])]) -> (&'static str, String) {
    let (name, values) = table[rng.usize(..table.len())];
    let raw = if values.is_empty() || rng.u8(..3) == 0 {
        rng.choice(ANY)
    } else {
        rng.choice(values)
    };
    (name, raw.unwrap().to_string())
}

fn change(rng: &mut Rng, draft: &mut Draft, now: i64) {
    match rng.u8(..20) {
        0..=3 => {
            let (name, raw) = choose(rng, HEADER);
            set(&mut draft.header, name, raw);
        }
        4..=7 => {
            let (name, raw) = choose(rng, CLAIMS);
            set(&mut draft.claims, name, raw);
        }
        8..=11 => {
            let name = rng.choice(["exp", "exp", "nbf", "iat"]).unwrap();
            let raw = time(rng, now);
            set(&mut draft.claims, name, raw);
        }
        12 => {
            let members = if rng.bool() {
                &mut draft.header
            } else {
                &mut draft.claims
            };
            if !members.is_empty() {
                members.swap_remove(rng.usize(..members.len()));
            }
        }
        13 => {
            let members = if rng.bool() {
                &mut draft.header
            } else {
                &mut draft.claims
            };
            let Some((name, raw)) = rng.choice(members.iter()).cloned() else {
                return;
            };
            members.insert(
                0,
                (
                    name,
                    rng.choice([raw, "\"other\"".to_owned()])
                        .unwrap_or_default(),
                ),
            );
        }
        14 | 15 => draft.layout[rng.usize(..2)] = layout(rng),
        16 => draft.signer = 1,
        17 => {
            draft.encoding = [
                &signature::RSA_PKCS1_SHA512 as &dyn RsaEncoding,
                &signature::RSA_PSS_SHA256,
            ][rng.usize(..2)];
        }
        18 => draft.claims.push((
            "y",
            format!("\"{}\"", "y".repeat(rng.choice([30_000, 60_000]).unwrap())),
        )),
        _ => draft.corruptions.push(corruption(rng)),
    }
}

/// Returns a function that changes JSON text. The result can be valid or invalid.
fn layout(rng: &mut Rng) -> fn(String) -> String {
    const LAYOUTS: &[fn(String) -> String] = &[
        |text| text.replace(':', " :\t").replace(',', "\n,\r "),
        |text| format!(" {text}\n"),
        |text| format!("\u{feff}{text}"),
        |text| format!("{text}x"),
        |text| format!("{text}{text}"),
        |text| text[..text.len() - 1].to_owned(),
        |text| text.replace('}', ",}"),
        |text| format!("[{text}]"),
        |_| String::new(),
        |_| r#"["RS256","key_1"]"#.to_owned(),
        |text| text.replacen('{', "{\"z\":\"\u{1}\",", 1),
        |text| {
            text.replacen(
                '{',
                &format!("{{\"z\":{}{},", "[".repeat(90), "]".repeat(90)),
                1,
            )
        },
        |text| {
            text.replacen(
                '{',
                &format!("{{\"z\":{}{},", "[".repeat(300), "]".repeat(300)),
                1,
            )
        },
    ];
    LAYOUTS[rng.usize(..LAYOUTS.len())]
}

/// Returns a function that changes a finished token.
fn corruption(rng: &mut Rng) -> Box<dyn Fn(String) -> String> {
    let (position, amount) = (rng.f64(), rng.usize(1..9));
    let character = if rng.bool() {
        rng.alphanumeric()
    } else {
        rng.choice(['=', '+', '/', '.', ' ', '\n', '\0', 'é', '%'])
            .unwrap()
    };
    let variant = rng.u8(..8);
    Box::new(move |token| {
        let characters: Vec<char> = token.chars().collect();
        let index = (position * characters.len() as f64) as usize;
        let text = |characters: &[char]| characters.iter().collect::<String>();
        match variant {
            0..=2 if index < characters.len() => {
                text(&characters[..index])
                    + &character.to_string()
                    + &text(&characters[index + 1..])
            }
            3 => text(&characters[..index]) + &character.to_string() + &text(&characters[index..]),
            4 => text(&characters[..characters.len().saturating_sub(amount)]),
            5 => token + &"A".repeat(amount),
            6 => token + &"=".repeat(amount),
            _ => token.rsplit('.').collect::<Vec<_>>().join("."),
        }
    })
}

fn object(members: &Members) -> String {
    let members: Vec<_> = members
        .iter()
        .map(|(name, raw)| format!("\"{name}\":{raw}"))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// Generates the cases for a seed. Apart from the keys and the time, the same seed produces the
/// same cases.
pub(crate) fn token_cases(
    seed: u64,
    count: usize,
    keys: &[KeyPair; 2],
) -> impl Iterator<Item = TokenCase> {
    let mut rng = Rng::with_seed(seed);
    (0..count).map(move |_| {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs() as i64;
        let mut draft = Draft {
            header: vec![
                ("alg", "\"RS256\"".to_owned()),
                ("kid", "\"key_1\"".to_owned()),
            ],
            claims: vec![
                ("sub", "\"usr_1\"".to_owned()),
                ("iss", json!(ISSUER).to_string()),
                ("aud", json!([AUDIENCE]).to_string()),
                ("scopes", json!(["read", "write"]).to_string()),
                ("exp", (now + 5000).to_string()),
            ],
            layout: [|text| text; 2],
            signer: 0,
            encoding: &signature::RSA_PKCS1_SHA256,
            corruptions: Vec::new(),
        };
        for _ in 0..[0, 1, 1, 1, 2, 3][rng.usize(..6)] {
            change(&mut rng, &mut draft, now);
        }
        let (header, payload) = (
            draft.layout[0](object(&draft.header)),
            draft.layout[1](object(&draft.claims)),
        );
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(&header),
            URL_SAFE_NO_PAD.encode(&payload)
        );
        let signature = sign(&keys[draft.signer], draft.encoding, signed.as_bytes());
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        let text = |value: &str| value.to_owned();
        let scopes = [
            vec![],
            vec![text("read")],
            vec![text("read"), text("write")],
        ];
        let one_of = |expected: &str, choice: usize| {
            let choices = [
                None,
                Some(vec![text(expected)]),
                Some(vec![text("other"), text(expected)]),
            ];
            choices[choice].clone()
        };
        let mut checks = TokenValidation::new();
        checks.issuer = one_of(ISSUER, rng.usize(..3));
        checks.audience = one_of(AUDIENCE, rng.usize(..3));
        checks.required_scopes = scopes[rng.usize(..3)].clone();
        checks.leeway = Some(Duration::from_secs([0, 5, 3600][rng.usize(..3)]));
        let token = draft
            .corruptions
            .iter()
            .fold(token, |token, corrupt| corrupt(token));
        TokenCase {
            header,
            payload,
            checks,
            token,
        }
    })
}

fn sign(key: &KeyPair, encoding: &'static dyn RsaEncoding, text: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(encoding, &SystemRandom::new(), text, &mut signature)
        .unwrap();
    signature
}
