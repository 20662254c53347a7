//! `floor URL TOKEN TASKS`: GET requests by a bare reqwest client, spread over tasks that share its kept-alive
//! connections. Says `ready`, then answers every line on its standard input with the microseconds of one request, all
//! tasks together, over a round of about 20 ms.
#![allow(clippy::print_stdout)]

use std::io;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::task::JoinSet;

const ROUND: Duration = Duration::from_millis(20);

struct Bare {
    client: reqwest::Client,
    url: String,
    token: String,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |name: &str| {
        arguments
            .next()
            .with_context(|| format!("usage: floor URL TOKEN TASKS: no {name}"))
    };
    let (url, token) = (next("URL")?, next("TOKEN")?);
    let tasks: usize = next("TASKS")?.parse()?;
    let client = reqwest::Client::builder().tcp_nodelay(true).build()?;
    let bare: &'static Bare = Box::leak(Box::new(Bare { client, url, token }));
    let mut count = 16;
    while bare.round(tasks, count).await? < ROUND {
        count *= 2;
    }
    println!("ready");
    for line in io::stdin().lines() {
        line?;
        let time = bare.round(tasks, count).await?;
        println!("{}", time.as_secs_f64() * 1e6 / (tasks * count) as f64);
    }
    Ok(())
}

impl Bare {
    /// How long it takes every task to make `count` requests.
    async fn round(&'static self, tasks: usize, count: usize) -> Result<Duration> {
        let started = Instant::now();
        let mut running: JoinSet<Result<()>> = (0..tasks)
            .map(|_| async move {
                for _ in 0..count {
                    self.get().await?;
                }
                Ok(())
            })
            .collect();
        while let Some(done) = running.join_next().await {
            done??;
        }
        Ok(started.elapsed())
    }

    async fn get(&self) -> Result<()> {
        let response = self.client.get(&self.url).bearer_auth(&self.token).send().await?;
        ensure!(response.status().is_success(), "{}", response.status());
        ensure!(!response.bytes().await?.is_empty(), "an empty body");
        Ok(())
    }
}
