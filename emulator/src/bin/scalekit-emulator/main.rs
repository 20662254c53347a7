//! `scalekit-emulator`: a local Scalekit environment.
#![allow(clippy::print_stdout, reason = "prints the environment variables")]

mod signals;
mod transfer;

use std::io::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use scalekit_emulator::{Builder, Emulator, Seed};

/// A local Scalekit environment: API, OAuth 2.0 / OpenID Connect and signed webhooks.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Port to listen on; 0 selects a free port.
    #[arg(long, default_value_t = 8910)]
    port: u16,
    /// Stop when standard input is closed, for example when the parent process exits.
    #[arg(long)]
    stop_with_stdin: bool,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start on a free port, run a command with the SCALEKIT_* environment variables, and exit with
    /// its exit code.
    Run {
        #[command(flatten)]
        settings: Box<Settings>,
        /// The command and its arguments.
        #[arg(required = true, trailing_var_arg = true)]
        command: Vec<String>,
    },
    /// Write all rows to a JSON file for `--seed` and `import`.
    Export {
        /// The JSON file to write.
        file: PathBuf,
        #[command(flatten)]
        source: transfer::Location,
    },
    /// Add the rows of a JSON file; rows with existing ids are replaced.
    Import {
        /// The JSON file to read.
        file: PathBuf,
        #[command(flatten)]
        target: transfer::Location,
    },
    /// Print the licenses of the third-party software in this program.
    Licenses,
}

#[derive(Debug, Args)]
struct Settings {
    /// Address to listen on. With an address other than loopback, other machines can connect.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// URL that clients use [default: http://HOST:PORT, or https://HOST:PORT with TLS].
    #[arg(long)]
    url: Option<String>,
    /// Serve HTTPS with the certificate in this PEM file, which must be valid for the host of the
    /// URL.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// PEM file with the private key of the certificate.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Serve HTTPS with a certificate issued by a new CA, and write the CA certificate to this PEM
    /// file.
    #[arg(long, value_name = "FILE", conflicts_with = "tls_cert")]
    tls_new_ca: Option<PathBuf>,
    /// Host name or IP address that the admin API and the dashboard accept, such as the name of a
    /// container; may be repeated. Loopback hosts and the host of the URL are always accepted.
    #[arg(
        long = "allow-host",
        value_name = "NAME",
        env = "SCALEKIT_EMULATOR_ALLOW_HOST",
        value_delimiter = ','
    )]
    allowed_hosts: Vec<String>,
    /// Id of the environment's client [default: skc_100000000000000001, or the id in the data
    /// file].
    #[arg(long)]
    client_id: Option<String>,
    /// Secret of the environment's client [default: test_emulator_secret, or a random secret if
    /// HOST is not loopback].
    #[arg(long)]
    client_secret: Option<String>,
    /// Approve logins without showing the login page.
    #[arg(long)]
    auto_approve: bool,
    /// Skip validation and ignore unknown fields.
    #[arg(long)]
    lenient: bool,
    /// Allowed redirect URI; may be repeated [default: all].
    #[arg(long = "redirect-uri", value_name = "URL")]
    redirect_uris: Vec<String>,
    /// Webhook URL that receives all events; may be repeated.
    #[arg(long = "webhook", value_name = "URL")]
    webhooks: Vec<String>,
    /// JSON file with initial rows, or `demo` for demo data; may be repeated.
    #[arg(long = "seed", value_name = "FILE")]
    seeds: Vec<PathBuf>,
    /// File that stores the state; it is created if it does not exist [default: in memory only].
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Some(Command::Run { settings, command }) => run(*settings, command).await,
        Some(Command::Export { file, source }) => transfer::export(&file, source).await,
        Some(Command::Import { file, target }) => transfer::import(&file, target).await,
        Some(Command::Licenses) => licenses(),
        None => serve(cli.settings, cli.port, cli.stop_with_stdin).await,
    };
    result.unwrap_or_else(|error| {
        eprintln!("scalekit-emulator: {error:#}");
        ExitCode::FAILURE
    })
}

fn licenses() -> Result<ExitCode> {
    let text = include_str!("../../../THIRD-PARTY-NOTICES");
    match std::io::stdout().write_all(text.as_bytes()) {
        // A pager was closed.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        result => result.map(|()| ExitCode::SUCCESS).map_err(Into::into),
    }
}

async fn serve(settings: Settings, port: u16, stop_with_stdin: bool) -> Result<ExitCode> {
    let mut signals = signals::Signals::new().context("cannot listen for signals")?;
    let emulator = settings.start(port).await?;
    let mut out = std::io::stdout().lock();
    for (name, value) in emulator.environment() {
        writeln!(out, "export {name}={value}")?;
    }
    out.flush()?;
    drop(out);
    tokio::select! {
        () = signals.wait() => {}
        () = end_of_stdin(), if stop_with_stdin => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Waits until standard input ends or fails.
async fn end_of_stdin() {
    let (sender, ended) = tokio::sync::oneshot::channel::<()>();
    // Use a separate thread: at shutdown, the runtime would wait for a blocked read on its own
    // thread.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        drop(sender);
    });
    let _ = ended.await;
}

async fn run(settings: Settings, command: Vec<String>) -> Result<ExitCode> {
    let emulator = settings.start(0).await?;
    let (program, arguments) = command.split_first().context("no command")?;
    let mut signals = signals::Signals::new().context("cannot listen for signals")?;
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .envs(emulator.environment())
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    let id = child.id();
    let status = loop {
        tokio::select! {
            status = child.wait() => break status.context("cannot wait for the command")?,
            // Keep running until the command has cleaned up and exited.
            () = signals.forward_to(id) => {}
        }
    };
    Ok(ExitCode::from(signals::code(status)))
}

impl Settings {
    async fn start(self, port: u16) -> Result<Emulator> {
        let ca_file = self.tls_new_ca.clone();
        let emulator = self.builder()?.port(port).start().await?;
        if let (Some(file), Some(certificate)) = (ca_file, emulator.ca_certificate()) {
            std::fs::write(&file, certificate)
                .with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(emulator)
    }

    fn builder(self) -> Result<Builder> {
        let mut builder = Emulator::builder()
            .host(self.host)
            .auto_approve(self.auto_approve)
            .lenient(self.lenient);
        if let Some(id) = self.client_id {
            builder = builder.client_id(id);
        }
        if let Some(secret) = self.client_secret {
            builder = builder.client_secret(secret);
        }
        if let Some(file) = self.data {
            builder = builder.data(file);
        }
        if let Some(url) = self.url {
            builder = builder.url(url);
        }
        if let (Some(certificate), Some(key)) = (self.tls_cert, self.tls_key) {
            builder = builder.tls(transfer::content(&certificate)?, transfer::content(&key)?);
        }
        if self.tls_new_ca.is_some() {
            builder = builder.tls_new_ca();
        }
        for host in self.allowed_hosts {
            builder = builder.allow_host(host);
        }
        for uri in self.redirect_uris {
            builder = builder.redirect_uri(uri);
        }
        for url in self.webhooks {
            builder = builder.webhook(url);
        }
        for file in self.seeds {
            builder = builder.seed(match file.to_str() {
                Some("demo") => Seed::demo(),
                _ => transfer::read(&file)?,
            });
        }
        Ok(builder)
    }
}
