//! Issued authorization codes and tokens.

use aws_lc_rs::digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Map, Persist};
use crate::secrets::random_token;

/// Number of added entries between two removals of expired entries.
const CLEANUP_INTERVAL: usize = 1000;

/// Access to a user's account in an organization, granted to a client with scopes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) user_id: String,
    pub(crate) organization_id: String,
    pub(crate) session_id: String,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    /// Claims from interceptors, for `custom_claims` of the access token.
    pub(crate) claims: serde_json::Map<String, serde_json::Value>,
    /// Id of the token family. All tokens of one code are revoked together if the code or a refresh
    /// token is reused.
    pub(crate) family: u64,
    /// The code was exchanged without a client secret, so a refresh does not need one.
    pub(crate) public: bool,
}

/// An authorization code (RFC 6749 section 4.1.2).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) grant: Grant,
    pub(crate) redirect_uri: String,
    /// The S256 challenge (RFC 7636), if the request had one.
    pub(crate) challenge: Option<String>,
}

/// The kind of an access token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Access {
    /// For the environment's API.
    Api,
    /// For the APIs of applications; issued to a machine client. Not valid for the environment's
    /// API.
    Machine,
    /// For a user.
    User(Grant),
    /// For an MCP server.
    Mcp(McpAccess),
}

/// Access to an MCP server on behalf of a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct McpAccess {
    pub(crate) server: McpServer,
    pub(crate) identifier: String,
    /// Only tools that change nothing.
    pub(crate) read_only: bool,
}

/// The MCP server that a token is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum McpServer {
    /// The id of a configuration.
    Config(String),
    /// The id of a connection.
    Connection(String),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Issued<T> {
    value: T,
    expires: i64,
    used: bool,
}

/// All issued codes and tokens, by their hashes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grants {
    codes: Map<Hash, Issued<Code>>,
    refresh: Map<Hash, Issued<Grant>>,
    access: Map<Hash, Issued<Access>>,
    families: u64,
    added: usize,
}

type Hash = [u8; 32];

/// The result of redeeming a code or a refresh token.
#[derive(Debug)]
pub(crate) enum Redeemed<T> {
    /// Valid; it cannot be used again.
    Valid(T),
    /// Already used. Its token family is now revoked.
    Reused,
    /// Expired or never issued.
    Unknown,
}

fn hash(token: &str) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    hash
}

impl Grants {
    /// Returns the codes, refresh tokens and access tokens for the data file.
    pub(crate) fn parts(&mut self) -> [&mut dyn Persist; 3] {
        [&mut self.codes, &mut self.refresh, &mut self.access]
    }

    /// Returns the number of the newest token family.
    pub(crate) fn families(&self) -> u64 {
        self.families
    }

    /// Raises the number of the newest token family to `families`. Never lowers it.
    pub(crate) fn reserve(&mut self, families: u64) {
        self.families = self.families.max(families);
    }

    /// Returns the number of a new token family.
    pub(crate) fn new_family(&mut self) -> u64 {
        self.families += 1;
        self.families
    }

    pub(crate) fn add_code(&mut self, code: Code, expires: Timestamp) -> String {
        let token = random_token("code");
        self.codes.insert(hash(&token), Issued::new(code, expires));
        self.remove_expired();
        token
    }

    pub(crate) fn add_refresh(&mut self, grant: Grant, expires: Timestamp) -> String {
        let token = random_token("rt");
        self.refresh
            .insert(hash(&token), Issued::new(grant, expires));
        self.remove_expired();
        token
    }

    pub(crate) fn add_access(&mut self, token: &str, access: Access, expires: Timestamp) {
        self.access
            .insert(hash(token), Issued::new(access, expires));
        self.remove_expired();
    }

    /// Returns the code without marking it as used.
    pub(crate) fn peek_code(&self, token: &str) -> Option<&Code> {
        self.codes.get(&hash(token)).map(|issued| &issued.value)
    }

    pub(crate) fn redeem_code(&mut self, token: &str, now: Timestamp) -> Redeemed<Code> {
        let redeemed = Issued::redeem(self.codes.get_mut(&hash(token)), now);
        if let (Redeemed::Reused, Some(code)) = (&redeemed, self.peek_code(token)) {
            self.revoke_family(code.grant.family);
        }
        redeemed
    }

    /// Returns the grant of a refresh token without marking the token as used.
    pub(crate) fn peek_refresh(&self, token: &str) -> Option<&Grant> {
        self.refresh.get(&hash(token)).map(|issued| &issued.value)
    }

    pub(crate) fn redeem_refresh(&mut self, token: &str, now: Timestamp) -> Redeemed<Grant> {
        let redeemed = Issued::redeem(self.refresh.get_mut(&hash(token)), now);
        if let (Redeemed::Reused, Some(grant)) = (&redeemed, self.peek_refresh(token)) {
            self.revoke_family(grant.family);
        }
        redeemed
    }

    pub(crate) fn is_api_token(&self, token: &str, now: Timestamp) -> bool {
        matches!(self.access(token, now), Some(Access::Api))
    }

    /// Returns the kind of an access token, or `None` if it is unknown or expired.
    pub(crate) fn access(&self, token: &str, now: Timestamp) -> Option<&Access> {
        self.access
            .get(&hash(token))
            .filter(|issued| issued.expires > now.as_second())
            .map(|issued| &issued.value)
    }

    /// Revokes all tokens of a family.
    fn revoke_family(&mut self, family: u64) {
        self.revoke(|grant| grant.family == family);
    }

    /// Revokes all codes and tokens of a session.
    pub(crate) fn revoke_session(&mut self, session_id: &str) {
        self.revoke(|grant| grant.session_id == session_id);
    }

    /// Revokes all codes and tokens of a user in one organization.
    pub(crate) fn revoke_member(&mut self, user_id: &str, organization_id: &str) {
        self.revoke(|grant| grant.user_id == user_id && grant.organization_id == organization_id);
    }

    fn revoke(&mut self, is_revoked: impl Fn(&Grant) -> bool) {
        self.codes
            .retain(|_, code| code.used || !is_revoked(&code.value.grant));
        self.refresh
            .retain(|_, refresh| !is_revoked(&refresh.value));
        self.access
            .retain(|_, access| !matches!(&access.value, Access::User(grant) if is_revoked(grant)));
    }

    fn remove_expired(&mut self) {
        self.added += 1;
        if self.added.is_multiple_of(CLEANUP_INTERVAL) {
            // Uses the system clock: moving the emulator's clock back must not lose entries.
            let now = Timestamp::now().as_second();
            self.codes.retain(|_, issued| issued.expires > now);
            self.refresh.retain(|_, issued| issued.expires > now);
            self.access.retain(|_, issued| issued.expires > now);
        }
    }
}

impl<T: Clone> Issued<T> {
    fn new(value: T, expires: Timestamp) -> Self {
        Self {
            value,
            expires: expires.as_second(),
            used: false,
        }
    }

    fn redeem(entry: Option<&mut Self>, now: Timestamp) -> Redeemed<T> {
        match entry {
            Some(issued) if issued.used => Redeemed::Reused,
            Some(issued) if issued.expires > now.as_second() => {
                issued.used = true;
                Redeemed::Valid(issued.value.clone())
            }
            _ => Redeemed::Unknown,
        }
    }
}
