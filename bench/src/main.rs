//! `floor URL TOKEN TASKS REQUESTS`: that many GET requests by a bare reqwest client, spread over tasks that share its
//! kept-alive connections. Prints the seconds it took, after a warm-up, and the median of one request in microseconds.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use anyhow::{Context, Result, ensure};

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |name: &str| {
        arguments
            .next()
            .with_context(|| format!("usage: floor URL TOKEN TASKS REQUESTS: no {name}"))
    };
    let (url, token) = (next("URL")?, next("TOKEN")?);
    let (tasks, requests): (usize, usize) = (next("TASKS")?.parse()?, next("REQUESTS")?.parse()?);
    let client = reqwest::Client::builder().tcp_nodelay(true).build()?;
    run(&client, &url, &token, tasks, requests / 5).await?;
    let started = Instant::now();
    let mut times = run(&client, &url, &token, tasks, requests).await?;
    let seconds = started.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    println!(
        "{}",
        serde_json::json!({"seconds": seconds, "median_us": times[times.len() / 2]})
    );
    Ok(())
}

async fn run(
    client: &reqwest::Client,
    url: &str,
    token: &str,
    tasks: usize,
    requests: usize,
) -> Result<Vec<f64>> {
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..tasks {
        let (client, url, token) = (client.clone(), url.to_owned(), token.to_owned());
        running.spawn(async move {
            let mut times = Vec::with_capacity(requests / tasks);
            for _ in 0..requests / tasks {
                let started = Instant::now();
                let response = client.get(&url).bearer_auth(&token).send().await?;
                ensure!(response.status().is_success(), "{}", response.status());
                let body = response.bytes().await?;
                ensure!(!body.is_empty(), "an empty body");
                times.push(started.elapsed().as_secs_f64() * 1e6);
            }
            Ok(times)
        });
    }
    let mut all = Vec::new();
    while let Some(times) = running.join_next().await {
        all.extend(times??);
    }
    Ok(all)
}
