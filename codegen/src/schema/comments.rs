//! The comments of the proto files, by schema element.

use std::collections::HashMap;

use prost_reflect::{
    DescriptorPool, EnumDescriptor, EnumValueDescriptor, FieldDescriptor, FileDescriptor,
    MessageDescriptor, MethodDescriptor, OneofDescriptor, ServiceDescriptor,
};

/// The path of a file's `syntax` statement. The comment above it is the comment of the file.
const SYNTAX: i32 = 12;

/// An element of the schema that can have a comment.
pub trait Described {
    /// Returns the name of the file and the path of the element in the file.
    fn location(&self) -> (String, Vec<i32>);
}

impl Described for FileDescriptor {
    fn location(&self) -> (String, Vec<i32>) {
        (self.name().to_owned(), vec![SYNTAX])
    }
}

impl Described for EnumValueDescriptor {
    fn location(&self) -> (String, Vec<i32>) {
        (self.parent_file().name().to_owned(), self.path().to_vec())
    }
}

macro_rules! described {
    ($($element:ty),*) => {$(
        impl Described for $element {
            fn location(&self) -> (String, Vec<i32>) {
                (self.parent_file().name().to_owned(), self.path().to_vec())
            }
        }
    )*};
}

described!(
    MessageDescriptor,
    FieldDescriptor,
    OneofDescriptor,
    EnumDescriptor,
    ServiceDescriptor,
    MethodDescriptor
);

/// Returns the comments of all files by file name and path.
pub(super) fn collect(pool: &DescriptorPool) -> HashMap<(String, Vec<i32>), String> {
    let mut comments = HashMap::new();
    for file in pool.files() {
        let Some(info) = &file.file_descriptor_proto().source_code_info else {
            continue;
        };
        for location in &info.location {
            let text = clean(location.leading_comments());
            let text = if text.is_empty() {
                clean(location.trailing_comments())
            } else {
                text
            };
            if !text.is_empty() {
                comments.insert((file.name().to_owned(), location.path.clone()), text);
            }
        }
    }
    comments
}

/// Removes the space after the comment signs, trailing spaces, and empty lines around the text.
fn clean(comment: &str) -> String {
    let lines: Vec<&str> = comment
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
        .collect();
    lines.join("\n").trim().to_owned()
}
