//! Adaptation of uniffi's Kotlin code.

/// Declarations whose default visibility is public.
const DECLARATIONS: [&str; 14] = [
    "class ",
    "object ",
    "interface ",
    "fun ",
    "fun<",
    "inline fun",
    "val ",
    "const val ",
    "typealias ",
    "enum class ",
    "data class ",
    "open class ",
    "sealed class ",
    "suspend fun ",
];

const THROWS: &str = "@Throws(NativeException::class)";
const THROWING: &str = "@Throws(NativeException::class) fun ";

/// Makes every top-level declaration `internal`: the generated code is not part of the package's
/// API.
pub(crate) fn adapt(text: String) -> String {
    let lines = text.lines().map(|line| {
        let line = line.strip_prefix("public ").unwrap_or(line);
        // uniffi indents top-level functions that throw. Methods of classes start with `override`.
        if let Some(function) = line.trim_start().strip_prefix(THROWING) {
            return format!("    {THROWS} internal fun {function}\n");
        }
        if DECLARATIONS.iter().any(|start| line.starts_with(start)) {
            format!("internal {line}\n")
        } else {
            format!("{line}\n")
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn top_level_declarations_become_internal() {
        let text = "public class A {\n    fun a() {}\n}\nprivate fun b() {}\ndata class C(\n";
        let adapted =
            "internal class A {\n    fun a() {}\n}\nprivate fun b() {}\ninternal data class C(\n";
        assert_eq!(adapt(text.to_owned()), adapted);
    }
}
