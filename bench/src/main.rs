//! `baseline URL TOKEN TASKS`: sends GET requests with a plain reqwest client.
//!
//! `TASKS` concurrent tasks share the client's kept-alive connections. The program prints `ready`.
//! Then it prints the microseconds of one request for each line on standard input, measured over
//! about 20 ms. All tasks count together.
#![allow(clippy::print_stdout)]

use std::io;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::task::JoinSet;

const ROUND: Duration = Duration::from_millis(20);

struct Baseline {
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
            .with_context(|| format!("{name} is missing; usage: baseline URL TOKEN TASKS"))
    };
    let (url, token) = (next("URL")?, next("TOKEN")?);
    let tasks: usize = next("TASKS")?.parse()?;
    let client = reqwest::Client::builder().tcp_nodelay(true).build()?;
    let baseline: &'static Baseline = Box::leak(Box::new(Baseline { client, url, token }));
    let mut count = 16;
    while baseline.round(tasks, count).await? < ROUND {
        count *= 2;
    }
    println!("ready");
    for line in io::stdin().lines() {
        line?;
        let time = baseline.round(tasks, count).await?;
        println!("{}", time.as_secs_f64() * 1e6 / (tasks * count) as f64);
    }
    Ok(())
}

impl Baseline {
    /// Sends `count` requests from each task and returns the time.
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
        let response = self
            .client
            .get(&self.url)
            .bearer_auth(&self.token)
            .send()
            .await?;
        ensure!(response.status().is_success(), "{}", response.status());
        ensure!(!response.bytes().await?.is_empty(), "empty response body");
        Ok(())
    }
}
