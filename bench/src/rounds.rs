//! Rounds of a measurement. `bench/turns.py` starts a round of each side in turn.

use std::io::BufRead;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use anyhow::Result;

/// Prints `ready`. Then prints the microseconds of one operation for each line on standard input,
/// measured over about 20 ms. All threads count together.
///
/// # Errors
/// Standard input cannot be read.
///
/// # Panics
/// `work` panics.
pub fn serve(threads: usize, work: impl Fn(usize) + Sync) -> Result<()> {
    let mut count = 1;
    while measure(threads, count, &work) < Duration::from_millis(20) {
        count *= 2;
    }
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        line?;
        let time = measure(threads, count, &work);
        println!("{}", time.as_secs_f64() * 1e6 / (count * threads) as f64);
    }
    Ok(())
}

/// Runs `count` operations on each thread. Returns the time from the first start to the last end.
fn measure(threads: usize, count: usize, work: &(impl Fn(usize) + Sync)) -> Duration {
    let start = Barrier::new(threads);
    let times: Vec<_> = std::thread::scope(|scope| {
        let run = |thread| {
            start.wait();
            let started = Instant::now();
            (0..count).for_each(|index| work(thread * count + index));
            (started, Instant::now())
        };
        let running: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || run(thread)))
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().expect("the worker thread succeeds"))
            .collect()
    });
    let first = times.iter().map(|(started, _)| *started).min();
    let last = times.iter().map(|(_, ended)| *ended).max();
    first
        .zip(last)
        .map_or(Duration::ZERO, |(first, last)| last - first)
}
