//! An emulator that serves HTTPS.

use std::process::{Command, Stdio};

use rcgen::{Issuer, KeyPair};
use reqwest::{Certificate, Client, Version};
use scalekit::ErrorKind;
use scalekit_emulator::Emulator;

use crate::support::free_port;

const BINARY: &str = env!("CARGO_BIN_EXE_scalekit-emulator");

/// A client that trusts the emulator's CA.
fn trusting(emulator: &Emulator) -> reqwest::ClientBuilder {
    let ca = Certificate::from_pem(emulator.ca_certificate().unwrap().as_bytes()).unwrap();
    Client::builder().no_proxy().tls_certs_only([ca])
}

#[tokio::test]
async fn a_new_ca_makes_everything_https() {
    let emulator = Emulator::builder().tls_new_ca().start().await.unwrap();
    assert!(
        emulator.url().starts_with("https://127.0.0.1:"),
        "{}",
        emulator.url()
    );
    let client = emulator.client().unwrap();
    client.roles().list().await.unwrap();

    let discovery = format!("{}/.well-known/openid-configuration", emulator.url());
    for (http, version) in [
        (trusting(&emulator), Version::HTTP_2),
        (trusting(&emulator).http1_only(), Version::HTTP_11),
    ] {
        let response = http.build().unwrap().get(&discovery).send().await.unwrap();
        assert_eq!(response.version(), version);
        let text = response.text().await.unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["issuer"], emulator.url());
        assert_eq!(
            document["token_endpoint"],
            format!("{}/oauth/token", emulator.url())
        );
    }
    let plain = emulator.url().replace("https", "http");
    assert!(Client::new().get(plain).send().await.is_err());

    let other = Emulator::builder().tls_new_ca().start().await.unwrap();
    assert_ne!(other.ca_certificate(), emulator.ca_certificate());
}

#[tokio::test]
async fn the_dashboard_is_shown_over_http2() {
    let emulator = Emulator::builder().tls_new_ca().start().await.unwrap();
    let localhost = emulator.url().replace("127.0.0.1", "localhost");
    let http = trusting(&emulator).build().unwrap();
    let dashboard = http.get(&localhost).send().await.unwrap();
    assert_eq!(
        (dashboard.version(), dashboard.status().as_u16()),
        (Version::HTTP_2, 200)
    );
}

#[tokio::test]
async fn a_new_certificate_is_valid_for_the_host_of_the_url() {
    let port = free_port();
    let url = format!("https://login.example.com:{port}");
    let builder = Emulator::builder().tls_new_ca().port(port).url(&url);
    let emulator = builder.start().await.unwrap();
    assert_eq!(emulator.url(), url);
    let http = trusting(&emulator).resolve("login.example.com", ([127, 0, 0, 1], port).into());
    let keys = http
        .build()
        .unwrap()
        .get(format!("{url}/keys"))
        .send()
        .await;
    assert_eq!(keys.unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn a_given_certificate_is_served() {
    let (ca, issuer) = ca();
    let key = KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let builder = Emulator::builder().tls(certificate.pem(), key.serialize_pem());
    assert!(!format!("{builder:?}").contains("PRIVATE"), "{builder:?}");
    let emulator = builder.start().await.unwrap();
    assert_eq!(emulator.ca_certificate(), None);
    let client = emulator
        .client_builder()
        .ca_certificate_pem(ca)
        .build()
        .unwrap();
    client.roles().list().await.unwrap();
    let stranger = emulator.client().unwrap();
    let error = stranger.roles().list().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ServiceUnavailable);
    assert!(error.message().contains("not from a trusted CA"), "{error}");
}

fn ca() -> (String, Issuer<'static, KeyPair>) {
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem(), Issuer::new(params, key))
}

#[tokio::test]
async fn unusable_certificates_and_keys_are_rejected_at_startup() {
    let signed = || rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (one, other) = (signed(), signed());
    let key = one.signing_key.serialize_pem();
    for (certificate, key, problem) in [
        (
            String::new(),
            key.clone(),
            "the TLS certificate and key are invalid or do not match",
        ),
        (
            other.cert.pem(),
            key.clone(),
            "the TLS certificate and key are invalid or do not match",
        ),
        (
            one.cert.pem(),
            one.cert.pem(),
            "the TLS key is not a PEM private key",
        ),
        (
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n".to_owned(),
            key,
            "the TLS certificate is not valid PEM",
        ),
    ] {
        let error = Emulator::builder().tls(certificate, key).start().await;
        let error = error.unwrap_err();
        assert!(error.to_string().starts_with(problem), "{error}");
    }
}

#[test]
fn the_program_writes_the_certificate_of_a_new_ca() {
    let file = format!("{}/new-ca.pem", env!("CARGO_TARGET_TMPDIR"));
    let script = "echo $SCALEKIT_ENVIRONMENT_URL; cat \"$1\"";
    let output = Command::new(BINARY)
        .args([
            "run",
            "--tls-new-ca",
            &file,
            "--",
            "sh",
            "-c",
            script,
            "sh",
            &file,
        ])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (url, certificate) = text.split_once('\n').unwrap();
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    assert!(
        certificate.starts_with("-----BEGIN CERTIFICATE-----"),
        "{certificate}"
    );
    assert!(!certificate.contains("PRIVATE"));
}

#[test]
fn the_program_takes_a_certificate_with_its_key_from_files() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    let certificate = format!("{folder}/tls-cert.pem");
    let key = format!("{folder}/tls-key.pem");
    let signed = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    std::fs::write(&certificate, signed.cert.pem()).unwrap();
    std::fs::write(&key, signed.signing_key.serialize_pem()).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(BINARY);
        let print = ["--", "sh", "-c", "echo $SCALEKIT_ENVIRONMENT_URL"];
        command.arg("run").args(arguments).args(print);
        let output = command.stdin(Stdio::null()).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    };
    let (success, text) = run(&["--tls-cert", &certificate, "--tls-key", &key]);
    assert!(success && text.starts_with("https://127.0.0.1:"), "{text}");
    for (arguments, problem) in [
        (vec!["--tls-cert", &certificate], "--tls-key"),
        (vec!["--tls-key", &key], "--tls-cert"),
        (
            vec![
                "--tls-cert",
                &certificate,
                "--tls-key",
                &key,
                "--tls-new-ca",
                "x.pem",
            ],
            "--tls-new-ca",
        ),
        (
            vec!["--tls-cert", "/nowhere/cert.pem", "--tls-key", &key],
            "cannot read /nowhere/cert.pem",
        ),
        (
            vec!["--tls-new-ca", "/nowhere/ca.pem"],
            "cannot write /nowhere/ca.pem",
        ),
    ] {
        let (success, text) = run(&arguments);
        assert!(!success && text.contains(problem), "{arguments:?}: {text}");
    }
}
