//! `scalekit-emulator`: a local Scalekit environment.
#![allow(clippy::print_stdout, reason = "what a user copies is printed")]

use std::io::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use scalekit_emulator::{Builder, CLIENT_ID, Emulator, Seed};

/// A local Scalekit environment: API, OAuth 2.0 / OpenID Connect and signed webhooks.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Port to listen on; 0 for any free one.
    #[arg(long, default_value_t = 8910)]
    port: u16,
    /// Stop when standard input ends, so as not to outlive the program that started this one.
    #[arg(long)]
    stop_with_stdin: bool,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start on a free port, run a command with the three environment variables set, and stop with its exit code.
    Run {
        #[command(flatten)]
        settings: Settings,
        /// The command and its arguments.
        #[arg(required = true, trailing_var_arg = true)]
        command: Vec<String>,
    },
}

#[derive(Debug, Args)]
struct Settings {
    /// Address to listen on. Anything but a loopback address lets others in.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// URL under which clients reach the emulator, if it is not http://HOST:PORT.
    #[arg(long)]
    url: Option<String>,
    /// Id of the environment's client.
    #[arg(long, default_value = CLIENT_ID)]
    client_id: String,
    /// Secret of the environment's client; a fixed one by default, or a random one when HOST is not a loopback address.
    #[arg(long)]
    client_secret: Option<String>,
    /// Log in without showing the login page.
    #[arg(long)]
    auto_approve: bool,
    /// Check no constraints and pass over unknown fields.
    #[arg(long)]
    lenient: bool,
    /// URL that logins may lead back to; may be repeated; without any, every URL.
    #[arg(long = "redirect-uri", value_name = "URL")]
    redirect_uris: Vec<String>,
    /// URL that every event is posted to; may be repeated.
    #[arg(long = "webhook", value_name = "URL")]
    webhooks: Vec<String>,
    /// JSON file of rows to start with; may be repeated.
    #[arg(long = "seed", value_name = "FILE")]
    seeds: Vec<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Some(Command::Run { settings, command }) => run(settings, command).await,
        None => serve(cli.settings, cli.port, cli.stop_with_stdin).await,
    };
    done.unwrap_or_else(|error| {
        eprintln!("scalekit-emulator: {error:#}");
        ExitCode::FAILURE
    })
}

async fn serve(settings: Settings, port: u16, stop_with_stdin: bool) -> Result<ExitCode> {
    let emulator = settings.start(port).await?;
    let mut out = std::io::stdout().lock();
    for (name, value) in emulator.environment() {
        writeln!(out, "export {name}={value}")?;
    }
    out.flush()?;
    drop(out);
    tokio::select! {
        signal = tokio::signal::ctrl_c() => signal.context("no signal can be waited for")?,
        () = end_of_stdin(), if stop_with_stdin => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Waits until standard input ends or fails.
async fn end_of_stdin() {
    let (sender, ended) = tokio::sync::oneshot::channel::<()>();
    // On a thread of its own: the runtime would wait for one of its own threads, and a read of stdin has no end.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        drop(sender);
    });
    let _ = ended.await;
}

async fn run(settings: Settings, command: Vec<String>) -> Result<ExitCode> {
    let emulator = settings.start(0).await?;
    let (program, arguments) = command.split_first().context("no command")?;
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .envs(emulator.environment())
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    let status = child.wait().await.context("the command was lost")?;
    // A command that a signal ended has no code of its own.
    Ok(ExitCode::from(
        status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(1),
    ))
}

impl Settings {
    async fn start(self, port: u16) -> Result<Emulator> {
        let host = self.host;
        let builder = self.builder()?.port(port);
        builder
            .start()
            .await
            .with_context(|| format!("cannot listen on {host}, port {port}"))
    }

    fn builder(self) -> Result<Builder> {
        let mut builder = Emulator::builder()
            .host(self.host)
            .auto_approve(self.auto_approve)
            .lenient(self.lenient);
        builder = match self.client_secret {
            Some(secret) => builder.client(self.client_id, secret),
            None => builder.client_id(self.client_id),
        };
        if let Some(url) = self.url {
            builder = builder.url(url);
        }
        for uri in self.redirect_uris {
            builder = builder.redirect_uri(uri);
        }
        for url in self.webhooks {
            builder = builder.webhook(url);
        }
        for file in self.seeds {
            let text =
                std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let json =
                serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))?;
            builder = builder
                .seed(Seed::from_json(json).with_context(|| format!("{} is no seed", file.display()))?);
        }
        Ok(builder)
    }
}
