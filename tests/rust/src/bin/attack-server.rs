//! Serves the attack suite on a free port of the loopback interface and prints its URL.

use std::io::Write;

use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut output = std::io::stdout();
    writeln!(output, "http://{}", listener.local_addr()?)?;
    output.flush()?;
    scalekit_conformance::attacks::server::serve(listener).await
}
