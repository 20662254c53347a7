//! Calls against a server in this process.
#![allow(clippy::unwrap_used)]

use std::future::Future;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use scalekit_bindings::exceptions::Exception;
use scalekit_bindings::language::NODE;
use scalekit_bindings::recording::Recording;
use scalekit_bindings::{
    BindingError, Client, ClientOptions, Failure, call, login, proxy, runtime,
};

const GET: &str = "OrganizationService.GetOrganization";
const ORGANIZATION: &str = r#"{"organization":{"id":"org_1","display_name":"Acme"}}"#;

/// Starts a server and returns a client of it.
fn client() -> Client {
    client_of(Arc::default())
}

/// The requests and connections that a server received.
#[derive(Default)]
struct Counts {
    connections: AtomicUsize,
    tokens: AtomicUsize,
    /// How long the server takes for a token, in milliseconds.
    token_delay: AtomicUsize,
}

fn client_of(counts: Arc<Counts>) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let env_url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let counts = Arc::clone(&counts);
            counts.connections.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || serve(&stream.unwrap(), &counts));
        }
    });
    let options = ClientOptions {
        env_url,
        client_id: "skc_1".to_owned(),
        client_secret: Some("a-secret".into()),
        max_retries: Some(0),
        ..ClientOptions::default()
    };
    options.build(&NODE, "22").unwrap()
}

fn serve(mut stream: &TcpStream, counts: &Counts) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut lines = Vec::new();
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap() == 0 {
                return;
            }
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
        reader.read_exact(&mut vec![0; length]).unwrap();
        let (status, body) = match lines[0].split(' ').nth(1).unwrap() {
            "/oauth/token" => {
                counts.tokens.fetch_add(1, Ordering::SeqCst);
                let delay = counts.token_delay.load(Ordering::SeqCst) as u64;
                thread::sleep(Duration::from_millis(delay));
                (
                    "200 OK",
                    r#"{"access_token":"the-token","expires_in":3600}"#,
                )
            }
            "/api/v1/organizations/org_1" => ("200 OK", ORGANIZATION),
            _ => (
                "404 Not Found",
                r#"{"code":5,"message":"no such organization"}"#,
            ),
        };
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\nX-Request-Id: req_1\r\nContent-Length: {length}");
        stream
            .write_all(format!("{head}\r\n\r\n{body}").as_bytes())
            .unwrap();
    }
}

fn wait<T>(
    future: impl Future<Output = Result<T, impl Into<BindingError>>>,
) -> Result<T, BindingError> {
    runtime::block_on(future, Duration::from_secs(3600), || Ok(()))
}

#[test]
fn a_call_takes_and_returns_protobuf() {
    let request = b"\x0a\x05org_1".to_vec();
    let output = wait(call::protobuf(client(), GET, request, None, None).unwrap()).unwrap();
    let message = scalekit_wire::json_to_protobuf(
        "scalekit.v1.organizations.GetOrganizationResponse",
        ORGANIZATION.as_bytes(),
    );
    assert_eq!(output.message, message.unwrap());
    assert_eq!(output.response.status.as_u16(), 200);
    assert!(
        output
            .headers()
            .contains(&("x-request-id", "req_1".to_owned()))
    );
}

#[test]
fn a_recording_contains_the_attempts_of_a_call() {
    let recording = Recording::new(vec![("traceparent".to_owned(), "00-1-2-01".to_owned())]);
    let request = b"\x0a\x05org_1".to_vec();
    let call = call::protobuf(client(), GET, request, None, Some(recording.clone())).unwrap();
    wait(call).unwrap();
    let json = recording.json().unwrap();
    let calls: serde_json::Value = serde_json::from_str(&json).unwrap();
    let call = &calls[0];
    assert_eq!(
        (&call["operation"], &call["method"]),
        (&GET.into(), &"GET".into())
    );
    assert_eq!(
        (&call["host"], &call["cancelled"]),
        (&"127.0.0.1".into(), &false.into())
    );
    assert!(call["duration"].as_f64() >= call["attempts"][0]["duration"].as_f64());
    assert_eq!(call["attempts"][0]["status"], 200);
    assert_eq!(call["attempts"][0]["request_id"], "req_1");
    assert_eq!(
        calls.as_array().map(Vec::len),
        Some(1),
        "the token is another call"
    );
    assert!(!json.contains("the-token") && !json.contains("a-secret"));
}

#[test]
fn a_call_takes_and_returns_json() {
    let request = br#"{"id":"org_1"}"#.to_vec();
    let output = wait(call::json(client(), GET, request, None).unwrap()).unwrap();
    assert_eq!(output.message, ORGANIZATION.as_bytes());
}

#[test]
fn invalid_calls_name_the_operation_and_the_arguments() {
    let client = client();
    let failure = |error: BindingError| Failure::new(&error, &NODE);
    let unknown = call::json(client.clone(), "X.Y", Vec::new(), None);
    let unknown = failure(unknown.err().unwrap().into());
    assert_eq!(unknown.message, "there is no operation \"X.Y\"");
    let update = "OrganizationService.UpdateOrganization";
    for call in [
        wait(call::json(client.clone(), update, b"{}".to_vec(), None).unwrap()).err(),
        wait(call::protobuf(client, update, Vec::new(), None, None).unwrap()).err(),
    ] {
        let failure = failure(call.unwrap());
        assert_eq!(failure.exception, Exception::Argument);
        assert_eq!(failure.operation, Some(update));
        assert_eq!(failure.message, "the request needs id or externalId");
        assert_eq!(failure.argument.as_deref(), Some("id"));
    }
}

#[test]
fn a_failed_call_has_all_fields() {
    let request = br#"{"id":"org_2"}"#.to_vec();
    let error = wait(call::json(client(), GET, request, None).unwrap())
        .err()
        .unwrap();
    let failure = Failure::new(&error, &NODE);
    assert_eq!(failure.exception.name(), "ScalekitNotFoundException");
    assert_eq!(failure.message, "no such organization");
    assert_eq!(
        failure.status.map(|(status, code)| (status, code.name())),
        Some((404, "NOT_FOUND"))
    );
    assert_eq!(failure.request_id.as_deref(), Some("req_1"));
    assert_eq!(failure.operation, Some(GET));
}

#[test]
fn tokens_of_machine_clients_are_json() {
    let [id, secret] = ["m2m_1", "a-secret"].map(str::to_owned);
    let token = wait(login::generate_client_token(
        client(),
        id,
        secret,
        Vec::new(),
    ))
    .unwrap();
    assert_eq!(
        token,
        r#"{"access_token":"the-token","expires_in":3600,"scope":null}"#
    );
    let token = wait(login::client_access_token(client())).unwrap();
    assert_eq!(token, "the-token");
}

#[test]
fn grants_with_wrong_arguments_are_errors() {
    let request = |grant: &str, arguments: &[Option<&str>]| {
        let arguments = arguments.iter().map(|text| text.map(str::to_owned));
        let arguments = arguments.collect();
        wait(login::request_token(client(), grant.to_owned(), arguments))
    };
    let token = request(
        "client_credentials",
        &[Some("m2m_1"), Some("a-secret"), Some("a b")],
    );
    assert!(token.unwrap().contains("the-token"));
    for (grant, arguments) in [
        ("password", [Some("a"), Some("b"), None]),
        ("refresh_token", [None, None, None]),
        (
            "client_credentials",
            [Some("m2m_1"), Some("a-secret"), None],
        ),
    ] {
        let error = request(grant, &arguments).unwrap_err();
        assert!(error.to_string().contains("invalid arguments of a grant"));
    }
}

#[test]
fn a_response_of_the_proxy_outlives_its_call() {
    let client = client();
    let request = |path: &str, body: Option<(&str, &str)>| {
        let text = str::to_owned;
        let body = body.map(|(kind, body)| (kind.to_owned(), body.into()));
        let (query, headers) = (vec![(text("a"), text("1"))], vec![(text("x-a"), text("1"))]);
        let names = [text("gmail"), text("ada"), text("get"), text(path)];
        let [connection_name, identifier, method, path] = names;
        (
            connection_name,
            identifier,
            method,
            path,
            query,
            headers,
            body,
        )
    };
    let sent = proxy::send(client.clone(), request("/v1", None), true, None);
    let (response, body) = wait(sent).unwrap();
    assert_eq!((response.status, body), (404, None));
    let headers = response.headers();
    assert!(headers.contains(&("x-request-id".to_owned(), "req_1".to_owned())));
    let other_thread = thread::spawn(move || {
        let first = wait(response.read(false)).unwrap();
        (
            first,
            wait(response.read(false)).unwrap(),
            wait(response.read(true)).unwrap(),
        )
    });
    let (first, end, rest) = other_thread.join().unwrap();
    assert!(first.starts_with(b"{\"code\":5") && end.is_empty() && rest.is_empty());

    for kind in ["json", "form", "raw"] {
        let request = request("/v1", Some((kind, "1")));
        let sent = proxy::send(client.clone(), request, false, Some(Duration::from_secs(5)));
        let (response, body) = wait(sent).unwrap();
        assert!(body.unwrap().starts_with(b"{\"code\":5"));
        response.close();
        assert!(wait(response.read(true)).unwrap().is_empty());
    }
    let error = wait(proxy::send(client, request("/..", None), false, None))
        .err()
        .unwrap();
    let failure = Failure::new(&error, &NODE);
    assert_eq!(failure.exception, Exception::Argument);
    assert_eq!(
        (failure.operation, failure.argument.as_deref()),
        (Some("proxy"), Some("path"))
    );
}

fn get(client: &Client, timeout: Option<Duration>) -> Result<(), BindingError> {
    let request = br#"{"id":"org_1"}"#.to_vec();
    wait(call::json(client.clone(), GET, request, timeout).unwrap()).map(|_| ())
}

#[test]
fn calls_one_after_another_share_a_connection() {
    let counts = Arc::new(Counts::default());
    let client = client_of(Arc::clone(&counts));
    for _ in 0..50 {
        get(&client, None).unwrap();
    }
    // One of the calls, one of the token's background task. Tests in other threads may hold the
    // lane for a moment.
    assert!(counts.connections.load(Ordering::SeqCst) < 10);
}

#[test]
fn concurrent_calls_of_threads_succeed() {
    let counts = Arc::new(Counts::default());
    let client = client_of(Arc::clone(&counts));
    let start = Barrier::new(16);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                start.wait();
                for _ in 0..20 {
                    get(&client, None).unwrap();
                }
            });
        }
    });
    assert_eq!(counts.tokens.load(Ordering::SeqCst), 1);
}

#[test]
fn a_token_arrives_after_its_call_gave_up() {
    let counts = Arc::new(Counts::default());
    counts.token_delay.store(300, Ordering::SeqCst);
    let client = client_of(Arc::clone(&counts));
    get(&client, Some(Duration::from_millis(50))).unwrap_err();
    thread::sleep(Duration::from_millis(600));
    get(&client, Some(Duration::from_millis(200))).unwrap();
    assert_eq!(counts.tokens.load(Ordering::SeqCst), 1);
}
