//! `load URL TOKEN CONNECTIONS PATHS`: GET requests over so many kept-alive connections, each path in its turn.
//!
//! It must not be what is measured, so one thread does it all with plain sockets: it reads the answer on a connection,
//! sends the next request on it, and goes on to the next connection, with two system calls a request. Before it begins
//! it reads every path once; an answer that differs from the first one to its path ends the run. Says `ready`, then
//! answers every line on its standard input with the microseconds of one request over a round of about 200 ms.
#![allow(clippy::print_stdout)]

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

const ROUND: Duration = Duration::from_millis(200);

/// One request, and the body that answers it.
struct Read {
    request: Vec<u8>,
    body: Vec<u8>,
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// The request that is under way.
    asked: usize,
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |name: &str| {
        arguments
            .next()
            .with_context(|| format!("usage: load URL TOKEN CONNECTIONS PATHS: no {name}"))
    };
    let (url, token) = (next("URL")?, next("TOKEN")?);
    let connections: usize = next("CONNECTIONS")?.parse()?;
    let paths = std::fs::read_to_string(next("PATHS")?)?;
    let host = url.strip_prefix("http://").context("only http:// is spoken")?;
    let mut reads: Vec<Read> = (paths.lines())
        .map(|path| Read {
            request: format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n")
                .into_bytes(),
            body: Vec::new(),
        })
        .collect();
    let mut open = (0..connections)
        .map(|_| Connection::open(host))
        .collect::<Result<Vec<_>>>()?;
    let first = open.first_mut().context("without connections there is no load")?;
    for place in 0..reads.len() {
        first.ask(&reads, place)?;
        reads[place].body = first.answer()?.to_vec();
        ensure!(!reads[place].body.is_empty(), "an empty body");
    }
    let mut turn = 0;
    let mut count = 1000;
    while round(&mut open, &reads, count, &mut turn)? < ROUND {
        count *= 2;
    }
    println!("ready");
    for line in io::stdin().lines() {
        line?;
        let time = round(&mut open, &reads, count, &mut turn)?;
        println!("{}", time.as_secs_f64() * 1e6 / count as f64);
    }
    Ok(())
}

/// How long `count` requests take, all connections busy from the first to the last.
fn round(open: &mut [Connection], reads: &[Read], count: usize, turn: &mut usize) -> Result<Duration> {
    let connections = open.len();
    let started = Instant::now();
    for number in 0..count + connections {
        let connection = &mut open[number % connections];
        if number >= connections {
            let expected = &reads[connection.asked].body;
            ensure!(
                connection.answer()? == expected,
                "an answer that was another one before"
            );
        }
        if number < count {
            connection.ask(reads, *turn % reads.len())?;
            *turn += 1;
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
            asked: 0,
        })
    }

    fn ask(&mut self, reads: &[Read], place: usize) -> Result<()> {
        self.asked = place;
        Ok(self.stream.write_all(&reads[place].request)?)
    }

    /// The body of the answer, which is whole and says 200.
    fn answer(&mut self) -> Result<&[u8]> {
        let mut filled = 0;
        loop {
            let more = self.stream.read(&mut self.buffer[filled..])?;
            ensure!(more > 0, "the connection was closed");
            filled += more;
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
            let whole = end + 4 + length.context("no content-length")?.parse::<usize>()?;
            if filled == whole {
                return Ok(&self.buffer[end + 4..whole]);
            }
            ensure!(filled < whole, "more than the answer");
        }
    }
}
