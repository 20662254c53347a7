//! The message modules. `protoc-gen-es`, the plugin of the protobuf runtime, generates them from
//! the compiled descriptors.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use prost::Message;
use prost_types::compiler::CodeGeneratorResponse;

use crate::{Output, Schema, project_root};

const PLUGIN: &str = "node/node_modules/@bufbuild/protoc-gen-es/bin/protoc-gen-es";
/// The folder of the modules. Code written for `@scalekit-sdk/node` imports them from
/// `lib/pkg/grpc`; `exports` in `package.json` maps that path to this folder.
const FOLDER: &str = "node/src/messages";

/// `google.protobuf.compiler.CodeGeneratorRequest` with encoded descriptors. The descriptor types
/// of `prost-types` would drop the custom options of the schema.
#[derive(Clone, PartialEq, Message)]
struct Request {
    #[prost(string, repeated, tag = "1")]
    file_to_generate: Vec<String>,
    #[prost(string, tag = "2")]
    parameter: String,
    #[prost(bytes = "vec", repeated, tag = "15")]
    proto_file: Vec<Vec<u8>>,
}

/// Adds a module for each schema file. The runtime already contains the files of `google.protobuf`.
pub(super) fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    let mut request = Request {
        parameter: "target=ts".to_owned(),
        ..Request::default()
    };
    // The plugin expects each file after the files that it imports. The pool has this order.
    for file in schema.pool().files() {
        if file.package_name() != "google.protobuf" {
            request.file_to_generate.push(file.name().to_owned());
        }
        request.proto_file.push(file.encode_to_vec());
    }
    let response = run(&project_root().join(PLUGIN), &request.encode_to_vec())?;
    ensure!(
        response.file.len() == request.file_to_generate.len(),
        "protoc-gen-es returned {} files for {} schema files",
        response.file.len(),
        request.file_to_generate.len()
    );
    for file in &response.file {
        out.text(&format!("{FOLDER}/{}", file.name()), file.content())?;
    }
    Ok(())
}

fn run(plugin: &Path, request: &[u8]) -> anyhow::Result<CodeGeneratorResponse> {
    ensure!(
        plugin.exists(),
        "{PLUGIN} is missing; run `npm ci` in node/, or use `make generate`"
    );
    let mut child = Command::new("node")
        .arg(plugin)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start `node`")?;
    // This cannot block: the plugin reads its whole input before it writes any output.
    child
        .stdin
        .take()
        .context("protoc-gen-es has no standard input")?
        .write_all(request)?;
    let output = child.wait_with_output()?;
    ensure!(
        output.status.success(),
        "protoc-gen-es failed: {}",
        output.status
    );
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
    fn a_missing_plugin_is_reported_with_the_install_command() {
        let error = super::run(Path::new("/nowhere/protoc-gen-es"), &[]).unwrap_err();
        assert!(
            error.to_string().contains("run `npm ci` in node/"),
            "{error}"
        );
    }
}
