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

/// The line that reads the path of the native library, and its replacement. uniffi reads a system
/// property, which several copies of the package in one JVM would share.
const LIBRARY: &str = "    val libOverride = ";
const LIBRARY_PATH: &str =
    "    val libOverride = com.scalekit.client.internal.NativeLibrary.path\n";

const THROWS: &str = "@Throws(NativeException::class)";
const THROWING: &str = "@Throws(NativeException::class) fun ";

/// Makes every top-level declaration `internal`: the generated code is not part of the package's
/// API. Opens the native library that the package has loaded.
pub(crate) fn adapt(text: String) -> String {
    let lines = text.lines().map(|line| {
        let line = line.strip_prefix("public ").unwrap_or(line);
        if line.starts_with(LIBRARY) {
            return LIBRARY_PATH.to_owned();
        }
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

    #[test]
    fn the_loaded_library_is_opened() {
        let text = "    val libOverride = System.getProperty(\"name\")\n";
        assert_eq!(adapt(text.to_owned()), LIBRARY_PATH);
    }
}
