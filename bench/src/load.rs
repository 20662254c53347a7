//! `load URL TOKEN CONNECTIONS PATHS`: sends GET requests for the paths in the file `PATHS`, in
//! order, over `CONNECTIONS` kept-alive connections.
//!
//! The load generator must be cheap, so that it does not slow down the server. One thread uses
//! plain sockets and two system calls for each request: it reads the response on a connection,
//! sends the next request on it, and continues with the next connection.
//!
//! It first requests each path once. If a later response to the same path differs, it fails. It
//! prints `ready`. Then it prints the microseconds of one request for each line on standard input,
//! measured over about 200 ms.
#![allow(clippy::print_stdout)]

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

const ROUND: Duration = Duration::from_millis(200);

/// A request and the expected response body.
struct Exchange {
    request: Vec<u8>,
    body: Vec<u8>,
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// The index of the current request.
    current: usize,
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |name: &str| {
        arguments
            .next()
            .with_context(|| format!("{name} is missing; usage: load URL TOKEN CONNECTIONS PATHS"))
    };
    let (url, token) = (next("URL")?, next("TOKEN")?);
    let connections: usize = next("CONNECTIONS")?.parse()?;
    let paths = std::fs::read_to_string(next("PATHS")?)?;
    let host = url
        .strip_prefix("http://")
        .context("URL must start with http://")?;
    let mut exchanges: Vec<Exchange> = (paths.lines())
        .map(|path| Exchange {
            request: format!(
                "GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n"
            )
            .into_bytes(),
            body: Vec::new(),
        })
        .collect();
    let mut open = (0..connections)
        .map(|_| Connection::open(host))
        .collect::<Result<Vec<_>>>()?;
    let first = open.first_mut().context("CONNECTIONS must be at least 1")?;
    for index in 0..exchanges.len() {
        first.send(&exchanges, index)?;
        exchanges[index].body = first.receive()?.to_vec();
        ensure!(!exchanges[index].body.is_empty(), "empty response body");
    }
    let mut next = 0;
    let mut count = 1000;
    while round(&mut open, &exchanges, count, &mut next)? < ROUND {
        count *= 2;
    }
    println!("ready");
    for line in io::stdin().lines() {
        line?;
        let time = round(&mut open, &exchanges, count, &mut next)?;
        println!("{}", time.as_secs_f64() * 1e6 / count as f64);
    }
    Ok(())
}

/// Sends `count` requests over all connections and returns the time. `next` is the index of the
/// next request.
fn round(
    open: &mut [Connection],
    exchanges: &[Exchange],
    count: usize,
    next: &mut usize,
) -> Result<Duration> {
    let connections = open.len();
    let started = Instant::now();
    for number in 0..count + connections {
        let connection = &mut open[number % connections];
        if number >= connections {
            let expected = &exchanges[connection.current].body;
            ensure!(
                connection.receive()? == expected,
                "the response differs from the first one"
            );
        }
        if number < count {
            connection.send(exchanges, *next % exchanges.len())?;
            *next += 1;
        }
    }
    Ok(started.elapsed())
}

impl Connection {
    fn open(host: &str) -> Result<Self> {
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; 64 * 1024],
            current: 0,
        })
    }

    fn send(&mut self, exchanges: &[Exchange], index: usize) -> Result<()> {
        self.current = index;
        Ok(self.stream.write_all(&exchanges[index].request)?)
    }

    /// Receives a complete response with status 200 and returns its body.
    fn receive(&mut self) -> Result<&[u8]> {
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..])?;
            ensure!(read > 0, "the connection was closed");
            filled += read;
            let text = &self.buffer[..filled];
            let Some(end) = text.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let head = str::from_utf8(&text[..end])?;
            if !head.starts_with("HTTP/1.1 200 ") {
                bail!("{}", String::from_utf8_lossy(text));
            }
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let total = end + 4 + length.context("missing content-length")?.parse::<usize>()?;
            if filled == total {
                return Ok(&self.buffer[end + 4..total]);
            }
            ensure!(
                filled < total,
                "the response is longer than its content-length"
            );
        }
    }
}
