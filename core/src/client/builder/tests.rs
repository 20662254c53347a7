use super::*;

fn builder() -> ClientBuilder {
    Client::builder("https://acme.scalekit.com", "skc_1", "s3cret")
}

#[test]
fn the_error_contains_the_invalid_option() {
    let cases = [
        (
            Client::builder("https://acme.scalekit.com", "", "s"),
            "client_id",
        ),
        (
            Client::builder("https://acme.scalekit.com", "skc_1", ""),
            "client_secret",
        ),
        (builder().call_timeout(Duration::ZERO), "call_timeout"),
        (builder().tool_timeout(Duration::ZERO), "tool_timeout"),
        (builder().connect_timeout(Duration::ZERO), "connect_timeout"),
        (
            builder().keepalive(Duration::ZERO, Duration::ZERO),
            "keepalive",
        ),
        (
            builder().keepalive(Duration::from_secs(59), Duration::from_secs(1)),
            "keepalive_interval must be 0 (off) or at least 60s, not 59s",
        ),
        (builder().max_attempts(0), "max_attempts"),
        (builder().user_agent_suffix("a\nb"), "user_agent_suffix"),
        (builder().ca_certificate_pem("nothing"), "CA certificates"),
        (
            builder().ca_certificate_file("/does/not/exist.pem"),
            "/does/not/exist.pem",
        ),
        (builder().proxy("proxy:3128"), "proxy"),
    ];
    for (builder, name) in cases {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Config);
        assert!(error.message().contains(name), "{name}: {error}");
    }
}

#[test]
fn secrets_are_not_shown() {
    let builder = builder().proxy("http://me:hunter2@proxy.example.com:3128");
    let shown = format!("{builder:?} {:?}", builder.clone().build().unwrap());
    assert!(
        !shown.contains("s3cret") && !shown.contains("hunter2"),
        "{shown}"
    );
    let error = builder
        .proxy("nonsense://me:hunter2@proxy")
        .build()
        .unwrap_err();
    assert!(!format!("{error:?} {error}").contains("hunter2"));
}

#[test]
fn the_user_agent_contains_product_language_and_platform() {
    let agent = builder()
        .host_language("ruby", "3.4.1")
        .user_agent_suffix("acme/2")
        .user_agent()
        .unwrap();
    let agent = agent.to_str().unwrap();
    assert!(agent.starts_with(concat!(
        "scalekit-client/",
        env!("CARGO_PKG_VERSION"),
        " (ruby 3.4.1; "
    )));
    assert!(
        agent.ends_with(") acme/2") && agent.contains(env::consts::OS),
        "{agent}"
    );
}

#[test]
fn the_environment_of_the_process_is_read() {
    let both = [
        ("SCALEKIT_ENV_URL", "https://old.scalekit.com"),
        ("SCALEKIT_ENVIRONMENT_URL", "https://acme.scalekit.com"),
        ("SCALEKIT_CLIENT_ID", "skc_1"),
        ("SCALEKIT_CLIENT_SECRET", "s3cret"),
    ];
    let read = |skip: &str| {
        let variable = |name: &str| {
            let found = both
                .iter()
                .find(|(known, _)| *known == name && *known != skip);
            found.map(|(_, value)| (*value).to_owned())
        };
        ClientBuilder::from_variables(variable).and_then(ClientBuilder::build)
    };
    let client = read("").unwrap();
    assert_eq!(
        (client.env_url(), client.client_id()),
        ("https://acme.scalekit.com", "skc_1")
    );
    assert_eq!(
        read("SCALEKIT_ENVIRONMENT_URL").unwrap().env_url(),
        "https://old.scalekit.com"
    );
    for name in ["SCALEKIT_CLIENT_ID", "SCALEKIT_CLIENT_SECRET"] {
        assert_eq!(
            read(name).unwrap_err().message(),
            format!("{name} is not set in the environment")
        );
    }
}
