use super::*;
use crate::failure::Failure;
use crate::language::{NODE, PYTHON};

fn given(value: Value) -> Given {
    Given::new(value, "thing")
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn set(language: &Language, values: &[(&str, Value)]) -> Result<ClientOptions, String> {
    let mut options = ClientOptions::default();
    for (name, value) in values {
        let result = options.set(language, name, given(value.clone()));
        result.map_err(|error| Failure::new(&error.into(), language).message)?;
    }
    Ok(options)
}

fn build(language: &Language, values: &[(&str, Value)]) -> Result<Client, String> {
    let (url, id) = (language.spell("env_url"), language.spell("client_id"));
    let base = [
        (&*url, text("https://acme.scalekit.com")),
        (&*id, text("skc_1")),
    ];
    let options = set(language, &[&base[..], values].concat())?;
    let client = options.build(language, "1.2");
    client.map_err(|error| Failure::new(&error.into(), language).message)
}

#[test]
fn values_are_converted_to_the_units_of_the_core() {
    let options = set(
        &PYTHON,
        &[
            ("call_timeout_s", Value::Number(2.5)),
            ("keepalive_time_ms", Value::Integer(90_000)),
            ("audience", text("a")),
            ("ca_certificates", text("-----BEGIN x")),
            ("token_cache_size", Value::Integer(7)),
        ],
    )
    .unwrap();
    assert_eq!(options.call_timeout, Some(Duration::from_millis(2500)));
    assert_eq!(options.keepalive_interval, Some(Duration::from_secs(90)));
    assert_eq!(options.audience, Some(vec!["a".to_owned()]));
    assert_eq!(
        options.ca_certificates,
        Some(Certificates::Pem(b"-----BEGIN x".to_vec()))
    );
    assert_eq!(options.token_cache_size, Some(7));
    let options = set(
        &NODE,
        &[
            ("timeoutMs", Value::Number(0.5)),
            ("caCertificates", text("/ca.pem")),
            ("issuer", text("")),
            ("proxy", Value::Flag(false)),
            ("audience", text("")),
        ],
    )
    .unwrap();
    assert_eq!(options.call_timeout, Some(Duration::from_micros(500)));
    assert_eq!(
        options.ca_certificates,
        Some(Certificates::File("/ca.pem".into()))
    );
    assert_eq!(
        (options.issuer, options.proxy, options.audience),
        (None, None, None)
    );
}

#[test]
fn invalid_values_are_rejected_in_the_words_of_the_language() {
    for (language, name, value, message) in [
        (&PYTHON, "env_url", text(""), "env_url must not be empty"),
        (
            &PYTHON,
            "client_id",
            Value::Other,
            "client_id must be a str, not thing",
        ),
        (
            &PYTHON,
            "call_timeout_s",
            Value::Integer(0),
            "call_timeout_s must be a positive number of seconds, not 0",
        ),
        (
            &PYTHON,
            "keepalive_time_ms",
            Value::Number(60_000.0),
            "keepalive_time_ms must be a number of milliseconds, 0 or more, not 60000.0",
        ),
        (
            &PYTHON,
            "token_cache_size",
            Value::Integer(1 << 21),
            "token_cache_size must be a number from 0 to 1048576, not 2097152",
        ),
        (
            &PYTHON,
            "audience",
            Value::Invalid("must be a list of str"),
            "audience must be a list of str",
        ),
        (
            &PYTHON,
            "proxy",
            Value::Flag(false),
            "proxy must be a str, not thing",
        ),
        (
            &NODE,
            "webhookToleranceMs",
            Value::Number(1e300),
            "webhookToleranceMs must be a positive finite number of milliseconds, not 1e300",
        ),
        (
            &NODE,
            "tokenLeewayMs",
            Value::Integer(-1),
            "tokenLeewayMs must be a finite number of milliseconds, 0 or more, not -1",
        ),
        (
            &NODE,
            "maxRetries",
            Value::Number(1.5),
            "maxRetries must be a whole number from 0 to 100, not 1.5",
        ),
        (
            &NODE,
            "allowInsecureHttp",
            text("yes"),
            "allowInsecureHttp must be true or false, not thing",
        ),
        (
            &NODE,
            "caCertificates",
            text(""),
            "caCertificates must not be empty",
        ),
    ] {
        assert_eq!(
            set(language, &[(name, value)]).err().as_deref(),
            Some(message)
        );
    }
}

#[test]
fn an_unknown_option_is_rejected_with_the_known_ones() {
    let error = set(&NODE, &[("timeout", Value::Integer(5))]).err().unwrap();
    assert!(
        error.starts_with("unknown option timeout; the options are timeoutMs, toolTimeoutMs, "),
        "{error}"
    );
}

#[test]
fn limits_apply_to_every_language() {
    for (language, name, value, message) in [
        (
            &PYTHON,
            "keepalive_time_ms",
            Value::Integer(59_999),
            "keepalive_time_ms must be 0 (off) or at least 60s, not 59.999s",
        ),
        (
            &NODE,
            "keepaliveTimeoutMs",
            Value::Integer(0),
            "keepaliveTimeoutMs must be a positive finite number of milliseconds, not 0",
        ),
        (
            &NODE,
            "caCertificates",
            text("/nowhere/ca.pem"),
            "caCertificates cannot be read: ENOENT: No such file or directory (os error 2): /nowhere/ca.pem",
        ),
    ] {
        assert_eq!(
            build(language, &[(name, value)]).err().as_deref(),
            Some(message)
        );
    }
    let typed = |options: ClientOptions| options.build(&NODE, "").unwrap_err().to_string();
    let default = ClientOptions::default;
    assert_eq!(
        typed(ClientOptions {
            max_retries: Some(101),
            ..default()
        }),
        "max_retries must be a whole number from 0 to 100, not 101"
    );
    for time in [Duration::ZERO, Duration::MAX] {
        let error = typed(ClientOptions {
            call_timeout: Some(time),
            ..default()
        });
        let start = "call_timeout must be a positive finite number of milliseconds, not ";
        assert!(error.starts_with(start), "{error}");
    }
}

#[test]
fn probes_that_are_off_need_no_timeout() {
    let off = [
        ("keepalive_time_ms", Value::Integer(0)),
        ("keepalive_timeout_ms", Value::Integer(0)),
    ];
    build(&PYTHON, &off).unwrap();
}

#[test]
fn a_client_has_the_options_and_the_language() {
    let client = build(&NODE, &[("userAgentSuffix", text("acme/1"))]).unwrap();
    assert!(
        client.user_agent().contains(" (node 1.2; ") && client.user_agent().ends_with(" acme/1")
    );
    assert!(client.sdk_version().starts_with("scalekit-client-node/"));
}

#[test]
fn defaults_are_in_the_units_of_the_language() {
    let number = |language, name: &str| {
        let defaults = defaults(language);
        let found = defaults.iter().find(|(found, _)| found == name);
        found.map(|(_, number)| *number)
    };
    assert_eq!(number(&PYTHON, "call_timeout_s"), Some(20));
    assert_eq!(number(&NODE, "timeoutMs"), Some(20_000));
    assert_eq!(number(&PYTHON, "keepalive_time_ms"), Some(60_000));
    assert_eq!(number(&NODE, "maxRetries"), Some(3));
}
