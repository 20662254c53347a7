//! `export` and `import`: rows between JSON files and environments, running ones or data files at rest.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use scalekit_emulator::{Emulator, Seed};

/// Where rows come from or go to.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// URL of a running emulator.
    #[arg(
        long,
        env = "SCALEKIT_ENVIRONMENT_URL",
        default_value = "http://127.0.0.1:8910"
    )]
    url: String,
    /// Data file that no emulator has open, instead of a running emulator.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
}

impl Place {
    /// An emulator for the data file, which has it for as long as that takes. Links that rows get meanwhile lead to
    /// the URL.
    async fn open(&self, data: &Path) -> Result<Emulator> {
        let builder = Emulator::builder().url(&self.url).data(data);
        Ok(builder.start().await?)
    }

    fn admin(&self, path: &str) -> String {
        format!("{}/_emulator/{path}", self.url.trim_end_matches('/'))
    }
}

pub(crate) async fn export(file: &Path, source: Place) -> Result<ExitCode> {
    let json = match &source.data {
        // Only an import makes a data file.
        Some(data) if !data.exists() => bail!("there is no data file {}", data.display()),
        Some(data) => source.open(data).await?.export().to_json()?,
        None => {
            let response = http()?.get(source.admin("export")).send().await?;
            serde_json::from_slice(&accepted(response).await?.bytes().await?)?
        }
    };
    let mut text = serde_json::to_string_pretty(&json)?;
    text.push('\n');
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn import(file: &Path, target: Place) -> Result<ExitCode> {
    let seed = read(file)?;
    let Some(data) = &target.data else {
        let request = http()?
            .post(target.admin("seed"))
            .header("content-type", "application/json")
            .body(seed.to_json()?.to_string());
        accepted(request.send().await?).await?;
        return Ok(ExitCode::SUCCESS);
    };
    target.open(data).await?.import(seed)?;
    Ok(ExitCode::SUCCESS)
}

/// A machine without CA certificates reaches emulators that serve plain HTTP.
fn http() -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder;
    builder()
        .build()
        .or_else(|_| builder().tls_certs_only([]).build())
}

/// The content of a file that an option names.
pub(crate) fn content(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

/// # Errors
/// The status and the body of a response that is not a success.
async fn accepted(response: reqwest::Response) -> Result<reqwest::Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    bail!("the emulator returned {status}: {}", response.text().await?)
}

/// The seed in a JSON file.
pub(crate) fn read(file: &Path) -> Result<Seed> {
    let text = content(file)?;
    Seed::from_text(&text).map_err(|error| {
        let wrong = if error.is_data() { "seed" } else { "JSON" };
        anyhow::Error::new(error).context(format!("{} is no {wrong}", file.display()))
    })
}
