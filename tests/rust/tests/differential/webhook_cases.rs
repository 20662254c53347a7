//! Generates webhooks. Each one is a valid webhook with up to three changes to its secret, headers,
//! signature or body.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use fastrand::Rng;

/// A received webhook.
#[derive(Debug)]
pub(crate) struct WebhookCase {
    pub(crate) secret: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl WebhookCase {
    /// Returns the first header whose name ends with `suffix`, in any letter case.
    pub(crate) fn header(&self, suffix: &str) -> &str {
        let matches = |name: &str| name.to_lowercase().ends_with(suffix);
        self.headers
            .iter()
            .find(|(name, _)| matches(name))
            .map_or("", |(_, value)| value)
    }
}

struct Draft {
    key: Vec<u8>,
    secret: String,
    id: String,
    timestamp: String,
    signed_timestamp: Option<String>,
    body: Vec<u8>,
    /// Changes to the signature header.
    corruptions: Vec<Box<dyn Fn(String) -> String>>,
    rename: fn(&str) -> String,
    missing: Option<usize>,
    /// The index of a header to repeat, and whether the other value comes first.
    repeated: Option<(usize, bool)>,
}

fn sign(key: &[u8], id: &str, timestamp: &str, body: &[u8]) -> String {
    let content = [format!("{id}.{timestamp}.").as_bytes(), body].concat();
    format!(
        "v1,{}",
        STANDARD.encode(hmac::sign(
            &hmac::Key::new(hmac::HMAC_SHA256, key),
            &content
        ))
    )
}

fn change(rng: &mut Rng, draft: &mut Draft, now: i64) {
    match rng.u8(..16) {
        0 | 1 => {
            let key = &draft.key;
            let [standard, bare, url] = [
                STANDARD.encode(key),
                STANDARD_NO_PAD.encode(key),
                URL_SAFE.encode(key),
            ];
            let choices = [
                format!("whsec_{bare}"),
                format!("whsec_{url}"),
                format!("other_{standard}"),
                standard.clone(),
                "whsec_".to_owned(),
                format!("whsec_{standard}\n"),
                format!("whsec_!{standard}"),
                format!("whsec_{standard}=="),
            ];
            draft.secret = rng.choice(choices).unwrap();
            if rng.u8(..3) == 0 && draft.secret == "whsec_" {
                draft.key.clear();
            }
        }
        2 => {
            draft.key = rng
                .choice([
                    vec![],
                    vec![b'k'],
                    vec![0xff; 24],
                    [0xfb, 0xef, 0xbe].repeat(30),
                ])
                .unwrap();
            draft.secret = format!("whsec_{}", STANDARD.encode(&draft.key));
        }
        3..=5 => {
            let time = now
                + rng
                    .choice([-1_000_000, -900, -100, 0, 100, 900, 1_000_000])
                    .unwrap();
            let choices = [
                time.to_string(),
                time.to_string(),
                format!("{time}.0"),
                format!("+{time}"),
                format!("-{time}"),
                format!(" {time}"),
                format!("0{time}"),
                format!("00000{time}"),
                format!("{time}000"),
                "9".repeat(20),
                "NaN".to_owned(),
            ];
            draft.timestamp = rng.choice(choices).unwrap();
            if rng.u8(..3) == 0 {
                draft.signed_timestamp = Some(time.to_string());
            }
        }
        6 => {
            draft.id = rng
                .choice(["", "msg.1", "msg 1", "msg_1.5"])
                .unwrap()
                .to_owned()
        }
        7 => {
            draft.body = rng
                .choice([
                    vec![],
                    vec![b'x'; 100_000],
                    "Ünï {}".into(),
                    vec![0xff, 0xfe, 0],
                    b"\xc3\x28".to_vec(),
                ])
                .unwrap();
        }
        8 | 9 => {
            let other = sign(b"other", "msg_1", "1", b"");
            let hundred = vec![&*other; 100].join(" ");
            let other_version = other.replace("v1", "v2");
            let entries = [
                &*other,
                &other_version,
                &hundred,
                "v1",
                "v1,",
                "",
                ",",
                "v1,!",
                "v1,a,b",
                "V1,AAAA",
            ];
            let extra = rng.choice(entries.map(str::to_owned));
            let (extra, before) = (extra.unwrap(), rng.bool());
            draft.corruptions.push(Box::new(move |valid| {
                if before {
                    format!("{extra} {valid}")
                } else {
                    format!("{valid} {extra}")
                }
            }));
        }
        10..=12 => draft.corruptions.push(corruption(rng)),
        13 => {
            let renamings: [fn(&str) -> String; 4] = [
                str::to_uppercase,
                |name| name.replace('-', "_"),
                |name| format!("x-{name}"),
                |name| name.replace("webhook", "interceptor"),
            ];
            draft.rename = renamings[rng.usize(..renamings.len())];
        }
        14 => draft.missing = Some(rng.usize(..3)),
        _ => draft.repeated = Some((rng.usize(..3), rng.bool())),
    }
}

/// Returns a function that changes a signature header. The result can be valid or invalid.
fn corruption(rng: &mut Rng) -> Box<dyn Fn(String) -> String> {
    let (variant, amount) = (rng.u8(..12), rng.usize(1..30));
    Box::new(move |text| match variant {
        0 => text.trim_end_matches('=').to_owned(),
        1 => text + "=",
        2 => text.replace('+', "-").replace('/', "_"),
        3 if text.len() > amount => format!("{}!{}", &text[..amount], &text[amount..]),
        4 => text[..text.len().saturating_sub(amount)].to_owned(),
        5 => text.to_uppercase(),
        6 => text.replace("v1,", "v2,"),
        7 => text.replace("v1,", ""),
        8 => text.replace("v1,", "v1, "),
        9 => text.clone() + "," + &text,
        // Sets an unused trailing bit of the base64 text.
        10 if text.len() == 47 => {
            format!("{}{}=", &text[..45], char::from(text.as_bytes()[45] + 1))
        }
        _ => format!("  {text}  "),
    })
}

/// Generates the cases for a seed. Apart from the time, the same seed produces the same cases.
pub(crate) fn webhook_cases(seed: u64, count: usize) -> impl Iterator<Item = WebhookCase> {
    let mut rng = Rng::with_seed(seed);
    (0..count).map(move |_| {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs() as i64;
        let length = rng.choice([24, 32, 64]).unwrap();
        let key: Vec<u8> = std::iter::repeat_with(|| rng.u8(..)).take(length).collect();
        let mut draft = Draft {
            secret: format!("whsec_{}", STANDARD.encode(&key)),
            key,
            id: "msg_1".to_owned(),
            timestamp: now.to_string(),
            signed_timestamp: None,
            body: br#"{"type":"organization.created"}"#.to_vec(),
            corruptions: Vec::new(),
            rename: str::to_owned,
            missing: None,
            repeated: None,
        };
        for _ in 0..[0, 1, 1, 1, 2, 3][rng.usize(..6)] {
            change(&mut rng, &mut draft, now);
        }
        let signed_timestamp = draft.signed_timestamp.as_ref().unwrap_or(&draft.timestamp);
        let signature = sign(&draft.key, &draft.id, signed_timestamp, &draft.body);
        let signature = draft
            .corruptions
            .iter()
            .fold(signature, |text, corrupt| corrupt(text));
        let mut headers: Vec<_> = [
            ("webhook-id", draft.id),
            ("webhook-timestamp", draft.timestamp),
        ]
        .into_iter()
        .chain([("webhook-signature", signature)])
        .map(|(name, value)| ((draft.rename)(name), value))
        .collect();
        if let Some((index, before)) = draft.repeated {
            let repeated = (headers[index].0.clone(), "other".to_owned());
            headers.insert(if before { 0 } else { 3 }, repeated);
        }
        if let Some(index) = draft.missing {
            headers.remove(index);
        }
        if rng.u8(..8) == 0
            && let Some(byte) = draft.body.first_mut()
        {
            *byte ^= 1;
        }
        WebhookCase {
            secret: draft.secret,
            headers,
            body: draft.body,
        }
    })
}
