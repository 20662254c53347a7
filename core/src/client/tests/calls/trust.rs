//! Which certificates a client trusts. Environment variables are set for child processes, which run
//! the test named `child` of this file.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use super::*;

const URL: &str = "SCALEKIT_TEST_URL";
const EXTRA: &str = "SCALEKIT_TEST_EXTRA_CA";
const OUTCOME: &str = "outcome: ";

async fn tls_server() -> (TestServer, String) {
    TestServer::start_tls(|seen, _| match seen.target.as_str() {
        "/oauth/token" => token("t0ken-value"),
        _ => json_response(ORGANIZATION),
    })
    .await
}

/// Calls the server that the parent process names, if there is one.
#[tokio::test]
async fn child() {
    let Ok(url) = env::var(URL) else { return };
    let client = Client::builder(url, "skc_1", "s3cret")
        .ca_variables([EXTRA])
        .build()
        .unwrap();
    let outcome = match client.call(GET, json!({"id": "org_1"})).await {
        Ok(_) => "called".to_owned(),
        Err(error) => error.message().to_owned(),
    };
    let mut out = std::io::stdout();
    std::io::Write::write_all(&mut out, format!("\n{OUTCOME}{outcome}\n").as_bytes()).unwrap();
}

/// The outcome of a call that a child process makes with these variables.
async fn outcome(server: &TestServer, variables: &[(&str, PathBuf)]) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "client::tests::calls::trust::child",
            "--nocapture",
        ])
        .env(URL, &server.url);
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    let output = tokio::task::spawn_blocking(move || command.output()).await;
    let output = output.unwrap().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(OUTCOME));
    line.unwrap_or_else(|| panic!("{text}")).to_owned()
}

#[tokio::test]
async fn an_untrusted_certificate_fails_once_and_a_ca_by_option_helps() {
    let (server, pem) = tls_server().await;
    let error = get(&server).await.unwrap_err();
    assert_eq!(
        error.message(),
        "no service token: no secure connection: the server's certificate is not from a trusted CA; \
         add the CA with the option \
         ca_certificate_pem or with one of the variables SSL_CERT_FILE, SSL_CERT_DIR"
    );
    assert_eq!(
        (error.kind(), error.retryable()),
        (ErrorKind::ServiceUnavailable, false)
    );
    assert_eq!(server.seen().len(), 0);
    let trusting = server.builder().ca_certificate_pem(pem).build().unwrap();
    trusting.call(GET, json!({"id": "org_1"})).await.unwrap();
}

#[tokio::test]
async fn environment_variables_add_certificates() {
    let (server, pem) = tls_server().await;
    let folder = env::temp_dir().join(format!("scalekit-variables-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("ca.pem");
    std::fs::write(&file, pem).unwrap();
    let list = env::join_paths([PathBuf::from("/nowhere"), folder.clone()]).unwrap();
    for variables in [
        [("SSL_CERT_FILE", file.clone())],
        [("SSL_CERT_DIR", list.into())],
        [(EXTRA, file)],
        [(EXTRA, folder.clone())],
    ] {
        assert_eq!(
            outcome(&server, &variables).await,
            "called",
            "{variables:?}"
        );
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn the_error_for_an_untrusted_certificate_lists_the_variables_that_are_ignored() {
    let (server, _) = tls_server().await;
    let nowhere = PathBuf::from("/nowhere/ca.pem");
    let message = outcome(
        &server,
        &[(EXTRA, nowhere.clone()), ("SSL_CERT_FILE", nowhere)],
    )
    .await;
    let reason =
        "failed to read PEM from file: No such file or directory (os error 2) at '/nowhere/ca.pem'";
    assert_eq!(
        message,
        format!(
            "no service token: no secure connection: the server's certificate is not from a trusted CA; \
             add the CA with the option ca_certificate_pem or with one of the variables \
             {EXTRA}, SSL_CERT_FILE, SSL_CERT_DIR; \
             {EXTRA}=/nowhere/ca.pem is ignored: {reason}; SSL_CERT_FILE=/nowhere/ca.pem is ignored: {reason}"
        )
    );
}
