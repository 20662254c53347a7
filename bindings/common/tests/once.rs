//! Defaults, limits and environment variables are defined once, below the bindings. The test reads
//! the source of the core, the bindings and the packages.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use scalekit::defaults as defaults_of_the_core;
use scalekit_bindings::Language;
use scalekit_bindings::language::{LANGUAGES, NODE, PYTHON};
use scalekit_bindings::options::{
    LONGEST, MAX_RETRIES, defaults, min_keepalive_interval, variables,
};

/// A file with handwritten code, without comments.
struct Source {
    name: String,
    code: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Returns the sources of the core, the bindings and the packages, without tests and generated
/// files.
fn sources() -> Vec<Source> {
    let root = root();
    let manifest = fs::read_to_string(root.join("codegen/manifest.txt")).unwrap();
    let mut sources = Vec::new();
    for folder in [
        "core/src",
        "bindings/common/src",
        "bindings/python/src",
        "bindings/node/src",
        "bindings/uniffi/src",
        "python/scalekit",
        "node/src",
        "kotlin/src/main",
    ] {
        add(&root, &root.join(folder), &manifest, &mut sources);
    }
    assert!(sources.len() > 100, "{} files", sources.len());
    sources
}

fn add(root: &Path, folder: &Path, manifest: &str, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path
            .strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        if name.ends_with("/tests") || name.ends_with("/test_server.rs") {
            continue;
        }
        if path.is_dir() {
            add(root, &path, manifest, sources);
            continue;
        }
        let kind = path.extension().and_then(|extension| extension.to_str());
        let generated = manifest.lines().any(|line| line == name);
        if generated
            || name.ends_with("tests.rs")
            || !matches!(kind, Some("rs" | "py" | "ts" | "kt"))
        {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = match kind {
            Some("py") => python_code(&text),
            _ => code_without_comments(&text),
        };
        sources.push(Source { name, code });
    }
}

/// Removes comments and the unit tests at the end of a file.
fn code_without_comments(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let mut code = String::new();
    let mut in_comment = false;
    for line in text.lines() {
        let start = line.trim_start();
        in_comment |= start.starts_with("/*");
        if !in_comment && !start.starts_with("//") {
            code.push_str(line);
            code.push('\n');
        }
        in_comment &= !line.contains("*/");
    }
    code
}

/// Removes comments and docstrings.
fn python_code(text: &str) -> String {
    let parts = text.split("\"\"\"").step_by(2);
    let code = parts.collect::<Vec<_>>().join("\n");
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    lines.collect::<Vec<_>>().join("\n")
}

fn is_word(character: Option<char>) -> bool {
    character.is_some_and(|character| character.is_alphanumeric() || character == '_')
}

/// Returns `true` if the line contains `word`, not as a part of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(index, _)| {
        let after = line[index + word.len()..].chars().next();
        !is_word(line[..index].chars().next_back()) && !is_word(after)
    })
}

/// Returns the numbers of a line, such as 60000 for `60_000.0`. Numbers of expressions such as
/// `1 << 20` are computed.
fn numbers(line: &str) -> Vec<u64> {
    let mut numbers = Vec::new();
    let mut rest = line;
    while let Some(start) = rest.find(|character: char| character.is_ascii_digit()) {
        let word = is_word(rest[..start].chars().next_back());
        let end =
            rest[start..].find(|character: char| !character.is_alphanumeric() && character != '_');
        let end = end.map_or(rest.len(), |end| start + end);
        let digits = rest[start..end].replace('_', "");
        let value = match digits.split_once('e') {
            Some((digits, power)) => digits
                .parse::<u64>()
                .ok()
                .zip(power.parse().ok())
                .and_then(|(digits, power)| digits.checked_mul(10_u64.checked_pow(power)?)),
            None => digits
                .trim_end_matches(|letter: char| letter.is_alphabetic())
                .parse()
                .ok(),
        };
        numbers.extend(value.filter(|_| !word));
        rest = &rest[end..];
    }
    if let [.., base, power] = numbers[..]
        && let Some(power) = u32::try_from(power).ok().filter(|power| *power < 64)
    {
        if line.contains(" << ") {
            numbers.extend(base.checked_shl(power));
        } else if line.contains("**") {
            numbers.extend(base.checked_pow(power));
        }
    }
    numbers
}

/// Returns the file that may define the numbers of options.
fn defines_numbers(name: &str) -> bool {
    [
        "core/src/config/defaults.rs",
        "bindings/common/src/options/mod.rs",
    ]
    .contains(&name)
}

#[test]
fn environment_variables_are_named_once() {
    let own = variables::CREDENTIALS.iter().copied().flatten().copied();
    let certificates = LANGUAGES.iter().flat_map(|language| language.ca_variables);
    let openssl = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
    let names: Vec<&str> = own.chain(certificates.copied()).chain(openssl).collect();
    assert!(names.len() >= 8);
    let sources = sources();
    for name in names {
        let quoted = |quote: &str| format!("{quote}{name}{quote}");
        let count = |source: &Source| {
            let quotes = ["\"", "'", "`"].iter();
            quotes
                .map(|quote| source.code.matches(&quoted(quote)).count())
                .sum::<usize>()
        };
        let found: Vec<_> = sources.iter().filter(|source| count(source) > 0).collect();
        let files: Vec<&str> = found.iter().map(|source| source.name.as_str()).collect();
        let total: usize = found.iter().map(|source| count(source)).sum();
        assert_eq!(total, 1, "{name} is in {files:?}");
        let package = ["python", "node", "kotlin"]
            .iter()
            .any(|folder| files[0].starts_with(folder));
        assert!(!package, "{files:?}");
    }
}

#[test]
fn the_numbers_of_options_are_defined_once() {
    let numeric = LANGUAGES.iter().flat_map(|language| defaults(language));
    let core = ["max_attempts", "signature_cache"].map(str::to_owned);
    let options: Vec<String> = numeric.map(|(name, _)| name).chain(core).collect();
    let mut repeated = Vec::new();
    for source in sources() {
        if defines_numbers(&source.name) {
            continue;
        }
        for line in source.code.lines() {
            let numbers = numbers(line);
            let option = options.iter().find(|option| has_word(line, option));
            if let Some(option) = option
                && numbers.iter().any(|number| *number > 1)
            {
                repeated.push(format!("{}: {option} in {}", source.name, line.trim()));
            }
        }
    }
    assert!(repeated.is_empty(), "{}", repeated.join("\n"));
}

#[test]
fn packages_do_not_repeat_limits() {
    let longest = LONGEST.as_secs() * 1000;
    let large = defaults(&NODE)
        .into_iter()
        .map(|(_, number)| number)
        .filter(|number| *number > 4096);
    let limits: Vec<u64> = large.chain([1 << 20, longest]).collect();
    let mut repeated = Vec::new();
    for source in sources() {
        let package =
            !source.name.starts_with("core") && !source.name.starts_with("bindings/common");
        for line in source.code.lines().filter(|_| package) {
            if numbers(line).iter().any(|number| limits.contains(number)) {
                repeated.push(format!("{}: {}", source.name, line.trim()));
            }
        }
    }
    assert!(repeated.is_empty(), "{}", repeated.join("\n"));
}

/// Returns the default in the last column of the option's row in the table of a README.
fn documented(readme: &str, option: &str) -> Option<u64> {
    let row = readme
        .lines()
        .find(|line| line.starts_with(&format!("| `{option}` |")))?;
    let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
    let default = cells.last()?.replace(['`', ' ', '|'], "");
    default.parse().ok()
}

#[test]
fn the_pages_and_comments_state_the_defaults() {
    for (language, readme) in [(&PYTHON, "python/README.md"), (&NODE, "node/README.md")] {
        let text = fs::read_to_string(root().join(readme)).unwrap();
        for (name, number) in defaults(language) {
            let found = documented(&text, &name);
            assert_eq!(found, Some(number), "{name} in {readme}");
        }
        let shortest = min_keepalive_interval(language);
        for limit in [
            format!("0 to {MAX_RETRIES} "),
            format!("0 (off) or at least {shortest} "),
            format!("0 (off) to {} ", defaults_of_the_core::MAX_SIGNATURE_CACHE),
        ] {
            assert!(text.contains(&limit), "{limit} in {readme}");
        }
    }
    let types = fs::read_to_string(root().join("node/src/types/scalekit.ts")).unwrap();
    for (name, number) in defaults(&NODE) {
        let before = types.split(&format!("  {name}?:")).next().unwrap();
        let comment = before.rsplit("/**").next().unwrap();
        let stated = format!("Default: {number}.");
        assert!(comment.contains(&stated), "{name}: {stated} in {comment}");
    }
}

/// The entry for edge runtimes cannot call the core. It repeats the numbers, in one file.
#[test]
fn the_edge_entry_of_node_has_the_defaults_of_the_core() {
    let path = root().join("node/src/edge/options.mts");
    let source = fs::read_to_string(path).unwrap();
    let stated = |before: &str| -> Vec<u64> {
        let line = source.lines().find(|line| line.trim().starts_with(before));
        numbers(line.unwrap_or_default())
    };
    for option in [
        "timeoutMs",
        "maxRetries",
        "tokenLeewayMs",
        "webhookToleranceMs",
    ] {
        let default = defaults(&NODE).into_iter().find(|(name, _)| name == option);
        let (_, default) = default.unwrap();
        assert_eq!(stated(&format!("{option}: ")), [default], "{option}");
        let before = source.split(&format!("  {option}?:")).next().unwrap();
        let comment = before.rsplit("/**").next().unwrap();
        assert!(
            comment.contains(&format!("Default: {default}.")),
            "{option}"
        );
    }
    assert_eq!(stated("const MOST_RETRIES"), [u64::from(MAX_RETRIES)]);
}

#[test]
fn the_pages_of_the_core_state_its_defaults() {
    let readme = fs::read_to_string(root().join("core/README.md")).unwrap();
    let builder = fs::read_to_string(root().join("core/src/client/builder.rs")).unwrap();
    for (method, time) in [
        ("call_timeout", defaults_of_the_core::CALL_TIMEOUT),
        ("tool_timeout", defaults_of_the_core::TOOL_TIMEOUT),
        ("connect_timeout", defaults_of_the_core::CONNECT_TIMEOUT),
        ("token_leeway", defaults_of_the_core::TOKEN_LEEWAY),
        ("webhook_tolerance", defaults_of_the_core::WEBHOOK_TOLERANCE),
    ] {
        let seconds = time.as_secs();
        let row = readme
            .lines()
            .find(|line| line.starts_with(&format!("| `{method}` |")));
        assert!(
            row.unwrap().ends_with(&format!(" {seconds} s |")),
            "{method} in the README"
        );
        let before = builder.split(&format!("pub fn {method}(")).next().unwrap();
        let comment = before
            .rsplit("    }\n")
            .next()
            .unwrap()
            .replace("\n    /// ", " ");
        let minutes = seconds / 60;
        let stated = [
            format!("Default: {seconds} s."),
            format!("Default: {minutes} minutes."),
        ];
        assert!(
            stated.iter().any(|text| comment.contains(text)),
            "{method}: {comment}"
        );
    }
}

#[test]
fn bindings_use_only_this_crate() {
    for binding in ["python", "node", "uniffi"] {
        let folder = root().join("bindings").join(binding);
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dev-dependencies]").next().unwrap();
        // `scalekit-shared-build` has no code.
        let crates = dependencies.lines().filter(|line| {
            line.starts_with("scalekit") && !line.starts_with("scalekit-shared-build ")
        });
        let crates: Vec<&str> = crates.collect();
        assert_eq!(crates, ["scalekit-bindings.workspace = true"], "{binding}");
    }
}

#[test]
fn the_readers_of_this_test_work() {
    assert_eq!(
        numbers("max: 60_000.0, 1e9, x2"),
        [60_000, 0, 1_000_000_000]
    );
    assert_eq!(numbers("1 << 20"), [1, 20, 1 << 20]);
    assert_eq!(numbers("2 ** 20"), [2, 20, 1 << 20]);
    assert!(has_word("a timeoutMs: b", "timeoutMs") && !has_word("toolTimeoutMs", "TimeoutMs"));
    assert_eq!(
        code_without_comments("a\n/** x\n b */\n// c\nd\n"),
        "a\nd\n"
    );
    assert_eq!(
        python_code("a\n\"\"\"b\"\"\"\n# c\nd").replace('\n', ""),
        "ad"
    );
    let language: &Language = &PYTHON;
    assert_eq!(language.spell("call_timeout"), "call_timeout_s");
}
