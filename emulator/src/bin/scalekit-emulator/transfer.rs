//! The `export` and `import` commands. They copy rows between JSON files and a running emulator or
//! a data file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use scalekit_emulator::{Emulator, Seed};

/// The source of an export or the target of an import.
#[derive(Debug, Args)]
pub(crate) struct Location {
    /// URL of a running emulator.
    #[arg(
        long,
        env = "SCALEKIT_ENVIRONMENT_URL",
        default_value = "http://127.0.0.1:8910"
    )]
    url: String,
    /// Data file to use instead of a running emulator. It must not be open in another emulator.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
}

impl Location {
    /// Starts an emulator that opens the data file. Links in new rows use the configured URL.
    async fn open(&self, data: &Path) -> Result<Emulator> {
        let builder = Emulator::builder().url(&self.url).data(data);
        Ok(builder.start().await?)
    }

    fn admin(&self, path: &str) -> String {
        format!("{}/_emulator/{path}", self.url.trim_end_matches('/'))
    }
}

pub(crate) async fn export(file: &Path, source: Location) -> Result<ExitCode> {
    let json = match &source.data {
        // Export must not create a data file.
        Some(data) if !data.exists() => bail!("data file {} does not exist", data.display()),
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

pub(crate) async fn import(file: &Path, target: Location) -> Result<ExitCode> {
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

/// Creates an HTTP client. Without CA certificates, it can still reach plain HTTP emulators.
fn http() -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder;
    builder()
        .build()
        .or_else(|_| builder().tls_certs_only([]).build())
}

/// Reads a file that was passed as an option.
pub(crate) fn content(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Returns the response if it was successful.
///
/// # Errors
/// Returns an error with the status and the body otherwise.
async fn accepted(response: reqwest::Response) -> Result<reqwest::Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    bail!("the emulator returned {status}: {}", response.text().await?)
}

/// Reads a seed from a JSON file.
pub(crate) fn read(file: &Path) -> Result<Seed> {
    let text = content(file)?;
    Seed::from_text(&text).map_err(|error| {
        let format = if error.is_data() {
            "a valid seed"
        } else {
            "valid JSON"
        };
        anyhow::Error::new(error).context(format!("{} is not {format}", file.display()))
    })
}
