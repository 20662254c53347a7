//! Options of a client, from JSON.

use serde::de::DeserializeOwned;
use serde_json::{Map, Result, Value, from_slice, from_value};

use crate::options::ClientOptions;

/// Reads options from a JSON object. `Deserialize` is not derived, because serde's code for this
/// number of fields has 12 KB.
pub(super) fn read(json: &[u8]) -> Result<ClientOptions> {
    let mut fields = Fields(from_slice(json)?);
    Ok(ClientOptions {
        env_url: fields.take("env_url")?,
        client_id: fields.take("client_id")?,
        client_secret: fields.take("client_secret")?,
        language: fields.take("language")?.unwrap_or_default(),
        language_version: fields.take("language_version")?.unwrap_or_default(),
        call_timeout_ms: fields.take("call_timeout_ms")?,
        tool_timeout_ms: fields.take("tool_timeout_ms")?,
        connect_timeout_ms: fields.take("connect_timeout_ms")?,
        keepalive_interval_ms: fields.take("keepalive_interval_ms")?,
        keepalive_timeout_ms: fields.take("keepalive_timeout_ms")?,
        max_retries: fields.take("max_retries")?,
        ca_certificates: fields.take("ca_certificates")?,
        proxy: fields.take("proxy")?,
        token_leeway_ms: fields.take("token_leeway_ms")?,
        token_cache_size: fields.take("token_cache_size")?,
        webhook_tolerance_ms: fields.take("webhook_tolerance_ms")?,
        issuer: fields.take("issuer")?,
        audience: fields.take("audience")?,
        user_agent_suffix: fields.take("user_agent_suffix")?,
        allow_insecure_http: fields.take("allow_insecure_http")?.unwrap_or_default(),
    })
}

struct Fields(Map<String, Value>);

impl Fields {
    /// Removes a field. Returns `None` if it is missing or null.
    fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>> {
        self.0.remove(name).map_or(Ok(None), from_value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_from_json() {
        let json = br#"{
            "env_url": "https://acme.example.com", "client_id": "skc_1", "client_secret": "s",
            "language": "kotlin", "language_version": "21", "call_timeout_ms": 1.5,
            "tool_timeout_ms": 2, "connect_timeout_ms": 3, "keepalive_interval_ms": 4,
            "keepalive_timeout_ms": 5, "max_retries": 6, "ca_certificates": "ca.pem",
            "proxy": "http://proxy", "token_leeway_ms": 7, "token_cache_size": 8,
            "webhook_tolerance_ms": 9, "issuer": "i", "audience": ["a", "b"],
            "user_agent_suffix": "portal/1", "allow_insecure_http": true
        }"#;
        let options = read(json).unwrap();
        let texts = [
            options.env_url.unwrap(),
            options.client_id.unwrap(),
            options.client_secret.unwrap(),
            options.language,
            options.language_version,
            options.ca_certificates.unwrap(),
            options.proxy.unwrap(),
            options.issuer.unwrap(),
            options.audience.unwrap().join(","),
            options.user_agent_suffix.unwrap(),
        ];
        assert_eq!(
            texts.join(" "),
            "https://acme.example.com skc_1 s kotlin 21 ca.pem http://proxy i a,b portal/1"
        );
        let times = [
            options.call_timeout_ms,
            options.tool_timeout_ms,
            options.connect_timeout_ms,
            options.keepalive_interval_ms,
            options.keepalive_timeout_ms,
            options.token_leeway_ms,
            options.webhook_tolerance_ms,
        ];
        assert_eq!(times, [1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 9.0].map(Some));
        let counts = (options.max_retries, options.token_cache_size);
        assert_eq!(counts, (Some(6), Some(8)));
        assert!(options.allow_insecure_http);
    }

    #[test]
    fn missing_and_null_options_are_unset_and_wrong_types_are_errors() {
        let options = read(br#"{"proxy": null}"#).unwrap();
        assert_eq!((options.proxy, options.env_url), (None, None));
        assert!(!options.allow_insecure_http);
        assert!(read(br#"{"max_retries": "1"}"#).is_err());
    }
}
