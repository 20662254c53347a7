//! A scripted HTTP server on loopback that records its requests.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::client::{Client, ClientBuilder};

/// A recorded request.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The response to a request.
pub(crate) enum TestResponse {
    /// Sends the text and keeps the connection open.
    Text(String),
    /// Sends the text after a pause.
    Slow(Duration, String),
    /// Sends the text and closes the connection.
    Cut(String),
    /// Closes the connection without a response.
    Drop,
    /// Never responds.
    Hang,
    /// Sends the bytes and keeps the connection open.
    Bytes(Vec<u8>),
    /// Sends the text, and then nothing on the open connection.
    Stall(String),
    /// Sends an endless body.
    Endless,
    /// Sends an endless body, and reports when the client closes the connection.
    Watched(mpsc::UnboundedSender<()>),
}

pub(crate) struct TestServer {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A complete response.
pub(crate) fn response(status: u16, headers: &str, body: &str) -> TestResponse {
    TestResponse::Text(response_text(status, headers, body))
}

pub(crate) fn response_text(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

pub(crate) fn json_response(body: &str) -> TestResponse {
    response(200, "content-type: application/json\r\n", body)
}

/// A response of the token endpoint.
pub(crate) fn token(name: &str) -> TestResponse {
    json_response(&format!(r#"{{"access_token":"{name}","expires_in":3600}}"#))
}

impl TestServer {
    /// `script` returns the response to a request. Its second argument counts the requests per
    /// path, from 0.
    pub(crate) async fn start(
        script: impl Fn(&Seen, usize) -> TestResponse + Send + Sync + 'static,
    ) -> Self {
        Self::listen(None, script).await
    }

    /// Starts a TLS server. Also returns its certificate as PEM, which is not trusted.
    pub(crate) async fn start_tls(
        script: impl Fn(&Seen, usize) -> TestResponse + Send + Sync + 'static,
    ) -> (Self, String) {
        let (tls, pem) = tls(&[]);
        let mut server = Self::listen(Some(tls), script).await;
        server.url = server.url.replace("http://127.0.0.1", "https://localhost");
        (server, pem)
    }

    async fn listen(
        tls: Option<TlsAcceptor>,
        script: impl Fn(&Seen, usize) -> TestResponse + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (script, log) = (Arc::new(script), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, script, log) = (tls.clone(), Arc::clone(&script), Arc::clone(&log));
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, script, log).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, script, log).await;
                            }
                        }
                    }
                });
            }
        });
        Self { url, seen }
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder(&self.url, "skc_1", "s3cret")
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Returns the number of requests for a path.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.seen()
            .iter()
            .filter(|seen| path_of(&seen.target) == path)
            .count()
    }
}

/// Returns a TLS acceptor for `localhost` with these protocols, and its certificate as PEM.
pub(crate) fn tls(protocols: &[&[u8]]) -> (TlsAcceptor, String) {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signed.signing_key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    (TlsAcceptor::from(Arc::new(config)), signed.cert.pem())
}

fn path_of(target: &str) -> &str {
    target.split('?').next().unwrap_or(target)
}

async fn serve<I, S>(stream: I, script: Arc<S>, log: Arc<Mutex<Vec<Seen>>>)
where
    I: AsyncRead + AsyncWrite + Unpin,
    S: Fn(&Seen, usize) -> TestResponse,
{
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        let number = {
            let mut log = log.lock().unwrap();
            let same = log
                .iter()
                .filter(|seen| path_of(&seen.target) == path_of(&request.target))
                .count();
            log.push(request.clone());
            same
        };
        let sent = match script(&request, number) {
            TestResponse::Text(text) => stream.write_all(text.as_bytes()).await,
            TestResponse::Slow(pause, text) => {
                tokio::time::sleep(pause).await;
                stream.write_all(text.as_bytes()).await
            }
            TestResponse::Cut(text) => {
                let _ = stream.write_all(text.as_bytes()).await;
                return;
            }
            TestResponse::Drop => return,
            TestResponse::Bytes(bytes) => stream.write_all(&bytes).await,
            TestResponse::Stall(text) => {
                let _ = stream.write_all(text.as_bytes()).await;
                std::future::pending().await
            }
            TestResponse::Hang => std::future::pending().await,
            TestResponse::Endless => {
                let _ = stream
                    .write_all(b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n")
                    .await;
                let chunk = format!("100000\r\n{}\r\n", " ".repeat(0x10_0000));
                while stream.write_all(chunk.as_bytes()).await.is_ok() {}
                return;
            }
            TestResponse::Watched(closed) => {
                let head = "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n";
                let mut sent = stream.write_all(head.as_bytes()).await;
                while sent.is_ok() {
                    sent = stream.write_all(b"5\r\nchunk\r\n").await;
                }
                let _ = closed.send(());
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

async fn read<I: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<I>) -> Option<Seen> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut seen = Seen {
        method,
        target,
        headers,
        body: String::new(),
    };
    let length = seen
        .header("content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    // Bytes that are not UTF-8 become the characters with the same number.
    seen.body = String::from_utf8(body)
        .unwrap_or_else(|error| error.as_bytes().iter().copied().map(char::from).collect());
    Some(seen)
}
