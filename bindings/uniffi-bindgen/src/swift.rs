//! Placement of uniffi's Swift files.

use std::path::{Path, PathBuf};

/// Returns the path in `swift/Sources`, where each target has a directory. The module map is left
/// out: the package has its own, because uniffi's is only for Apple's compiler and does not link
/// the library.
pub(crate) fn place(file: &Path) -> Option<PathBuf> {
    let target = file.file_stem()?;
    let is_module_map = file.extension()? == "modulemap";
    (!is_module_map).then(|| Path::new(target).join(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_in_the_directory_of_its_target() {
        let found = place(Path::new("ScalekitFFI.h"));
        assert_eq!(
            found.as_deref(),
            Some(Path::new("ScalekitFFI/ScalekitFFI.h"))
        );
        assert_eq!(place(Path::new("ScalekitFFI.modulemap")), None);
    }
}
