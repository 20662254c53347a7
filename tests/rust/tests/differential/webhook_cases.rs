//! Webhooks, made from a good one by up to three changes: to its secret, its headers, its signing or its body.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use fastrand::Rng;

/// A delivery as it arrives.
#[derive(Debug)]
pub(crate) struct WebhookCase {
    pub(crate) secret: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl WebhookCase {
    /// A header by the end of its name, however it is written.
    pub(crate) fn header(&self, end: &str) -> &str {
        let named = |name: &str| name.to_lowercase().ends_with(end);
        self.headers
            .iter()
            .find(|(name, _)| named(name))
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
    respell: Vec<Box<dyn Fn(String) -> String>>,
    rename: fn(&str) -> String,
    missing: Option<usize>,
    twice: Option<(usize, bool)>,
}

fn sign(key: &[u8], id: &str, timestamp: &str, body: &[u8]) -> String {
    let content = [format!("{id}.{timestamp}.").as_bytes(), body].concat();
    format!(
        "v1,{}",
        STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &content))
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
                .choice([vec![], vec![b'k'], vec![0xff; 24], [0xfb, 0xef, 0xbe].repeat(30)])
                .unwrap();
            draft.secret = format!("whsec_{}", STANDARD.encode(&draft.key));
        }
        3..=5 => {
            let when = now
                + rng
                    .choice([-1_000_000, -900, -100, 0, 100, 900, 1_000_000])
                    .unwrap();
            let choices = [
                when.to_string(),
                when.to_string(),
                format!("{when}.0"),
                format!("+{when}"),
                format!("-{when}"),
                format!(" {when}"),
                format!("0{when}"),
                format!("00000{when}"),
                format!("{when}000"),
                "9".repeat(20),
                "NaN".to_owned(),
            ];
            draft.timestamp = rng.choice(choices).unwrap();
            if rng.u8(..3) == 0 {
                draft.signed_timestamp = Some(when.to_string());
            }
        }
        6 => draft.id = rng.choice(["", "msg.1", "msg 1", "msg_1.5"]).unwrap().to_owned(),
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
            let foreign = other.replace("v1", "v2");
            let more = [
                &*other, &foreign, &hundred, "v1", "v1,", "", ",", "v1,!", "v1,a,b", "V1,AAAA",
            ];
            let more = rng.choice(more.map(str::to_owned));
            let (more, before) = (more.unwrap(), rng.bool());
            draft.respell.push(Box::new(move |good| {
                if before {
                    format!("{more} {good}")
                } else {
                    format!("{good} {more}")
                }
            }));
        }
        10..=12 => draft.respell.push(spelling(rng)),
        13 => {
            let ways: [fn(&str) -> String; 4] = [
                str::to_uppercase,
                |name| name.replace('-', "_"),
                |name| format!("x-{name}"),
                |name| name.replace("webhook", "interceptor"),
            ];
            draft.rename = ways[rng.usize(..ways.len())];
        }
        14 => draft.missing = Some(rng.usize(..3)),
        _ => draft.twice = Some((rng.usize(..3), rng.bool())),
    }
}

/// Other ways to write a signature, right and wrong.
fn spelling(rng: &mut Rng) -> Box<dyn Fn(String) -> String> {
    let (way, amount) = (rng.u8(..12), rng.usize(1..30));
    Box::new(move |good| match way {
        0 => good.trim_end_matches('=').to_owned(),
        1 => good + "=",
        2 => good.replace('+', "-").replace('/', "_"),
        3 if good.len() > amount => format!("{}!{}", &good[..amount], &good[amount..]),
        4 => good[..good.len().saturating_sub(amount)].to_owned(),
        5 => good.to_uppercase(),
        6 => good.replace("v1,", "v2,"),
        7 => good.replace("v1,", ""),
        8 => good.replace("v1,", "v1, "),
        9 => good.clone() + "," + &good,
        // A letter that differs in bits that are not needed only.
        10 if good.len() == 47 => format!("{}{}=", &good[..45], char::from(good.as_bytes()[45] + 1)),
        _ => format!("  {good}  "),
    })
}

/// The same cases for the same seed, but for the time of day.
pub(crate) fn webhook_cases(seed: u64, count: usize) -> impl Iterator<Item = WebhookCase> {
    let mut rng = Rng::with_seed(seed);
    (0..count).map(move |_| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
        let length = rng.choice([24, 32, 64]).unwrap();
        let key: Vec<u8> = std::iter::repeat_with(|| rng.u8(..)).take(length).collect();
        let mut draft = Draft {
            secret: format!("whsec_{}", STANDARD.encode(&key)),
            key,
            id: "msg_1".to_owned(),
            timestamp: now.to_string(),
            signed_timestamp: None,
            body: br#"{"type":"organization.created"}"#.to_vec(),
            respell: Vec::new(),
            rename: str::to_owned,
            missing: None,
            twice: None,
        };
        for _ in 0..[0, 1, 1, 1, 2, 3][rng.usize(..6)] {
            change(&mut rng, &mut draft, now);
        }
        let signed_timestamp = draft.signed_timestamp.as_ref().unwrap_or(&draft.timestamp);
        let signature = sign(&draft.key, &draft.id, signed_timestamp, &draft.body);
        let signature = draft
            .respell
            .iter()
            .fold(signature, |text, respell| respell(text));
        let mut headers: Vec<_> = [("webhook-id", draft.id), ("webhook-timestamp", draft.timestamp)]
            .into_iter()
            .chain([("webhook-signature", signature)])
            .map(|(name, value)| ((draft.rename)(name), value))
            .collect();
        if let Some((index, before)) = draft.twice {
            let twin = (headers[index].0.clone(), "other".to_owned());
            headers.insert(if before { 0 } else { 3 }, twin);
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
