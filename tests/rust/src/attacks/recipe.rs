//! The types of the tables in `tests/attacks`. The README there explains the fields.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File<T> {
    pub(super) case: Vec<T>,
}

pub(super) trait Named {
    fn name(&self) -> &str;
}

impl Named for Token {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Named for Payload {
    fn name(&self) -> &str {
        &self.name
    }
}

/// The clock that a case needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// The system clock. The result of the case does not change for minutes.
    #[default]
    Any,
    /// A fixed clock. The case depends on a single second.
    Exact,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    name: String,
    #[serde(default = "header")]
    pub(super) header: String,
    #[serde(default = "payload")]
    pub(super) payload: String,
    #[serde(default)]
    pub(super) latin1: bool,
    #[serde(default = "key")]
    pub(super) key: String,
    #[serde(default)]
    pub(super) sign: Sign,
    #[serde(default)]
    pub(super) hmac_key: String,
    #[serde(default = "signed")]
    pub(super) signed: String,
    #[serde(default = "token")]
    pub(super) token: String,
    pub(super) issuer: Option<String>,
    #[serde(default)]
    pub(super) audience: Vec<String>,
    #[serde(default)]
    pub(super) required_scopes: Vec<String>,
    pub(super) leeway: Option<u64>,
    #[serde(default)]
    pub(super) clock: Clock,
    #[serde(flatten)]
    pub(super) expected: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Payload {
    name: String,
    #[serde(default)]
    pub(super) purpose: Purpose,
    #[serde(default = "webhook_key")]
    pub(super) key: String,
    #[serde(default = "secret")]
    pub(super) secret: String,
    #[serde(default = "id")]
    pub(super) id: String,
    #[serde(default = "timestamp")]
    pub(super) timestamp: String,
    #[serde(default = "body")]
    pub(super) body: String,
    #[serde(default)]
    pub(super) latin1: bool,
    #[serde(default = "content")]
    pub(super) signed: String,
    pub(super) hmac_key: Option<String>,
    #[serde(default = "entry")]
    pub(super) signature: String,
    pub(super) headers: Option<Vec<[String; 2]>>,
    #[serde(default = "sent")]
    pub(super) sent: String,
    #[serde(default)]
    pub(super) clock: Clock,
    #[serde(flatten)]
    pub(super) expected: Expected,
}

/// The expected result. Exactly one of `accepted` and `rejected` must be set.
#[derive(Deserialize)]
pub(super) struct Expected {
    #[serde(default)]
    pub(super) accepted: bool,
    pub(super) rejected: Option<String>,
    pub(super) message: Option<String>,
    pub(super) subject: Option<String>,
}

/// The signing method of a token. Raw RSA applies the RSA operation to a custom padding, because
/// libraries create only valid paddings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) enum Sign {
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "RS384")]
    Rs384,
    #[serde(rename = "RS512")]
    Rs512,
    #[serde(rename = "PS256")]
    Ps256,
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "HS256")]
    Hs256,
    #[serde(rename = "none")]
    None,
    #[serde(rename = "raw RSA")]
    RawRsa,
    #[serde(rename = "raw RSA, bare digest")]
    BareDigest,
    #[serde(rename = "raw RSA, no NULL")]
    NoNull,
    #[serde(rename = "raw RSA, short padding")]
    ShortPadding,
    #[serde(rename = "raw RSA, block type 2")]
    BlockType2,
    #[serde(rename = "cube root")]
    CubeRoot,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Purpose {
    #[default]
    Webhook,
    Interceptor,
}

fn header() -> String {
    r#"{"alg":"RS256","typ":"JWT","kid":"first"}"#.to_owned()
}

fn payload() -> String {
    r#"{"sub":"usr_1","iat":{{ now }},"exp":{{ now + 600 }}}"#.to_owned()
}

fn key() -> String {
    "first".to_owned()
}

fn signed() -> String {
    "{{ header | b64 }}.{{ payload | b64 }}".to_owned()
}

fn token() -> String {
    "{{ signed }}.{{ signature | b64 }}".to_owned()
}

fn webhook_key() -> String {
    "the attack suite key of 32 bytes".to_owned()
}

fn secret() -> String {
    "whsec_{{ key | b64std }}".to_owned()
}

fn id() -> String {
    "msg_1".to_owned()
}

fn timestamp() -> String {
    "{{ now }}".to_owned()
}

fn body() -> String {
    r#"{"type":"organization.created"}"#.to_owned()
}

fn content() -> String {
    "{{ id }}.{{ timestamp }}.{{ body }}".to_owned()
}

fn entry() -> String {
    "v1,{{ mac | b64std }}".to_owned()
}

fn sent() -> String {
    "{{ body }}".to_owned()
}
