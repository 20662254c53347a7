//! The compiled API description in `proto/`.

mod comments;
mod names;
mod routes;
mod rules;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, EnumValueDescriptor, ExtensionDescriptor,
    FieldDescriptor, FileDescriptor, MessageDescriptor, MethodDescriptor, ServiceDescriptor,
};

pub use comments::Described;
pub use names::{name_as_sentence, snake_case, upper_camel};
pub use routes::{Body, Route, Segment, Verb};
pub use rules::Rules;

/// The folder in `proto/` that describes the API. The other folders contain options.
const API: &str = "scalekit";

/// The compiled API description.
pub struct Schema {
    pool: DescriptorPool,
    comments: HashMap<(String, Vec<i32>), String>,
    http: ExtensionDescriptor,
    validate: ExtensionDescriptor,
}

/// An operation of the API.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Name of the operation in all languages, such as `OrganizationService.GetOrganization`.
    pub key: String,
    /// Descriptor of the service.
    pub service: ServiceDescriptor,
    /// Descriptor of the method.
    pub method: MethodDescriptor,
    /// Routes, at least one. A client uses the first route whose fields are set.
    pub routes: Vec<Route>,
}

impl Schema {
    /// Compiles all files in `root`, with their comments.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or is invalid. The error contains the file and
    /// line.
    pub fn load(root: &Path) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        collect_protos(&root.join(API), &mut files)?;
        files.sort();
        let mut compiler = protox::Compiler::new([root])?;
        compiler
            .include_source_info(true)
            .include_imports(true)
            .open_files(&files)?;
        let pool = compiler.descriptor_pool();
        let extension = |name: &str| {
            pool.get_extension_by_name(name)
                .with_context(|| format!("no proto file imports the option {name}"))
        };
        let (http, validate) = (
            extension("google.api.http")?,
            extension("buf.validate.field")?,
        );
        Ok(Schema {
            comments: comments::collect(&pool),
            http,
            validate,
            pool,
        })
    }

    /// Returns all descriptors, including the imported files.
    pub fn pool(&self) -> &DescriptorPool {
        &self.pool
    }

    /// Returns the files of the API, sorted by name.
    pub fn files(&self) -> Vec<FileDescriptor> {
        let mut files: Vec<_> = self
            .pool
            .files()
            .filter(|file| file.name().starts_with(&format!("{API}/")))
            .collect();
        files.sort_by(|a, b| a.name().cmp(b.name()));
        files
    }

    /// Returns the messages of a file without map entries. Nested messages follow their parents.
    pub fn messages(&self, file: &FileDescriptor) -> Vec<MessageDescriptor> {
        fn add(message: MessageDescriptor, to: &mut Vec<MessageDescriptor>) {
            if !message.is_map_entry() {
                to.push(message.clone());
                message.child_messages().for_each(|child| add(child, to));
            }
        }
        let mut messages = Vec::new();
        file.messages()
            .for_each(|message| add(message, &mut messages));
        messages
    }

    /// Returns the enums of a file. Nested enums are last.
    pub fn enums(&self, file: &FileDescriptor) -> Vec<EnumDescriptor> {
        let nested = self
            .messages(file)
            .into_iter()
            .flat_map(|message| message.child_enums().collect::<Vec<_>>());
        file.enums().chain(nested).collect()
    }

    /// Returns the values of an enum in the order of their declaration. If a number has several
    /// names, the first one is written to JSON. The descriptor sorts the values by number and does
    /// not preserve this order.
    pub fn values(&self, enumeration: &EnumDescriptor) -> Vec<EnumValueDescriptor> {
        let declared = enumeration.enum_descriptor_proto().value.iter();
        declared
            .filter_map(|value| enumeration.get_value_by_name(value.name()))
            .collect()
    }

    /// Returns the services, sorted by file.
    pub fn services(&self) -> Vec<ServiceDescriptor> {
        self.files()
            .iter()
            .flat_map(|file| file.services().collect::<Vec<_>>())
            .collect()
    }

    /// Returns the operations of one service in the order of their declaration.
    ///
    /// # Errors
    /// Returns an error if a method has no route, or if a route does not match the request.
    pub fn operations_of(&self, service: &ServiceDescriptor) -> anyhow::Result<Vec<Operation>> {
        let operation = |method: MethodDescriptor| {
            let key = format!("{}.{}", service.name(), method.name());
            let routes =
                routes::parse(&method, &self.http).with_context(|| format!("route of {key}"))?;
            ensure!(
                !method.is_client_streaming() && !method.is_server_streaming(),
                "{key} is a streaming method, which is not supported"
            );
            Ok(Operation {
                key,
                service: service.clone(),
                method,
                routes,
            })
        };
        service.methods().map(operation).collect()
    }

    /// Returns the operations of all services.
    ///
    /// # Errors
    /// See [`Schema::operations_of`].
    pub fn operations(&self) -> anyhow::Result<Vec<Operation>> {
        let mut all = Vec::new();
        for service in self.services() {
            all.extend(self.operations_of(&service)?);
        }
        Ok(all)
    }

    /// Returns the comment of an element without the comment signs. The comment is empty if there
    /// is none.
    pub fn comment(&self, element: &impl Described) -> &str {
        self.comments
            .get(&element.location())
            .map_or("", String::as_str)
    }

    /// Returns the constraints of a field.
    pub fn rules(&self, field: &FieldDescriptor) -> Rules {
        let options = field.options();
        let set: Option<DynamicMessage> = options
            .has_extension(&self.validate)
            .then(|| options.get_extension(&self.validate).as_message().cloned())
            .flatten();
        Rules::new(field, set.as_ref())
    }

    /// Returns the documentation of a field: its comment, the constraints that the comment does not
    /// mention, and a note if the field is deprecated. A field without a comment is described by
    /// its name.
    pub fn field_doc(&self, field: &FieldDescriptor) -> String {
        let mut doc = match self.comment(field) {
            "" => name_as_sentence(field.name()),
            comment => comment.to_owned(),
        };
        for sentence in self.rules(field).missing_in(&doc) {
            doc.push(' ');
            doc.push_str(&sentence);
        }
        if self.is_deprecated(field) && !doc.to_lowercase().contains("deprecated") {
            doc.push_str(" Deprecated.");
        }
        doc
    }

    /// Returns `true` if a field has the option `deprecated = true`.
    pub fn is_deprecated(&self, field: &FieldDescriptor) -> bool {
        field
            .field_descriptor_proto()
            .options
            .as_ref()
            .is_some_and(|options| options.deprecated())
    }
}

fn collect_protos(folder: &Path, to: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect_protos(&path, to)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            to.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
