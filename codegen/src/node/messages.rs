//! The message modules, which the plugin of the protobuf runtime writes: it gets the descriptors as a protobuf
//! compiler would send them.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use prost::Message;
use prost_types::compiler::CodeGeneratorResponse;

use crate::{Output, Schema, project_root};

const PLUGIN: &str = "node/node_modules/@bufbuild/protoc-gen-es/bin/protoc-gen-es";
/// Where the modules go: the path that code written for `@scalekit-sdk/node` imports them from.
pub(super) const FOLDER: &str = "node/src/pkg/grpc";

/// `google.protobuf.compiler.CodeGeneratorRequest` with descriptors that are encoded already: decoded by
/// `prost-types` they would lose the options that the schema defines itself.
#[derive(Clone, PartialEq, Message)]
struct Request {
    #[prost(string, repeated, tag = "1")]
    file_to_generate: Vec<String>,
    #[prost(string, tag = "2")]
    parameter: String,
    #[prost(bytes = "vec", repeated, tag = "15")]
    proto_file: Vec<Vec<u8>>,
}

/// Adds a module for every file of the schema; those of `google.protobuf` belong to the runtime.
pub(super) fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    let mut request = Request {
        parameter: "target=ts".to_owned(),
        ..Request::default()
    };
    // The pool lists every file after those that it imports, as the plugin expects.
    for file in schema.pool().files() {
        if file.package_name() != "google.protobuf" {
            request.file_to_generate.push(file.name().to_owned());
        }
        request.proto_file.push(file.encode_to_vec());
    }
    let response = run(&project_root().join(PLUGIN), &request.encode_to_vec())?;
    ensure!(
        response.file.len() == request.file_to_generate.len(),
        "protoc-gen-es wrote another number of files than it was asked for"
    );
    for file in &response.file {
        out.text(&format!("{FOLDER}/{}", file.name()), file.content())?;
    }
    Ok(())
}

fn run(plugin: &Path, request: &[u8]) -> anyhow::Result<CodeGeneratorResponse> {
    ensure!(
        plugin.exists(),
        "{PLUGIN} is missing: run `npm ci` in node/ (make does it by itself)"
    );
    let mut child = Command::new("node")
        .arg(plugin)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start node")?;
    // The plugin reads all of its input before it writes anything.
    child
        .stdin
        .take()
        .context("protoc-gen-es has no input")?
        .write_all(request)?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "protoc-gen-es failed: {}", output.status);
    let response = CodeGeneratorResponse::decode(output.stdout.as_slice())?;
    match &response.error {
        Some(error) => bail!("protoc-gen-es: {error}"),
        None => Ok(response),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn a_plugin_that_is_not_installed_is_named_with_what_to_do() {
        let error = super::run(Path::new("/nowhere/protoc-gen-es"), &[]).unwrap_err();
        assert!(error.to_string().contains("run `npm ci` in node/"), "{error}");
    }
}
