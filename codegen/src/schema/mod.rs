//! The API description: `proto/` compiled, and what the generators ask of it.

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
pub use names::{described, snake_case, upper_camel};
pub use routes::{Body, Route, Segment, Verb};
pub use rules::Rules;

/// The folder below `proto/` that describes the API; the rest only supports it.
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
    /// The key of the operation everywhere, such as `OrganizationService.GetOrganization`.
    pub key: String,
    /// The service's descriptor.
    pub service: ServiceDescriptor,
    /// The method's descriptor.
    pub method: MethodDescriptor,
    /// Its routes in the order in which a client tries them; at least one.
    pub routes: Vec<Route>,
}

impl Schema {
    /// Compiles every file below `root`, with its comments.
    ///
    /// # Errors
    /// A file that cannot be read, or that is wrong: with its place.
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
                .with_context(|| format!("no file imports the option {name}"))
        };
        let (http, validate) = (extension("google.api.http")?, extension("buf.validate.field")?);
        Ok(Schema {
            comments: comments::collect(&pool),
            http,
            validate,
            pool,
        })
    }

    /// Everything compiled, with the files that the API only imports.
    pub fn pool(&self) -> &DescriptorPool {
        &self.pool
    }

    /// The files of the API in the order of their names.
    pub fn files(&self) -> Vec<FileDescriptor> {
        let mut files: Vec<_> = self
            .pool
            .files()
            .filter(|file| file.name().starts_with(&format!("{API}/")))
            .collect();
        files.sort_by(|a, b| a.name().cmp(b.name()));
        files
    }

    /// The messages of a file, nested ones after the one that holds them, without map entries.
    pub fn messages(&self, file: &FileDescriptor) -> Vec<MessageDescriptor> {
        fn add(message: MessageDescriptor, to: &mut Vec<MessageDescriptor>) {
            if !message.is_map_entry() {
                to.push(message.clone());
                message.child_messages().for_each(|child| add(child, to));
            }
        }
        let mut messages = Vec::new();
        file.messages().for_each(|message| add(message, &mut messages));
        messages
    }

    /// The enums of a file, those inside of messages last.
    pub fn enums(&self, file: &FileDescriptor) -> Vec<EnumDescriptor> {
        let nested = self
            .messages(file)
            .into_iter()
            .flat_map(|message| message.child_enums().collect::<Vec<_>>());
        file.enums().chain(nested).collect()
    }

    /// The values of an enum as declared. The descriptor's own order is by number, and says nothing
    /// of which of several names for a number comes first and so is the one to write.
    pub fn values(&self, of: &EnumDescriptor) -> Vec<EnumValueDescriptor> {
        let declared = of.enum_descriptor_proto().value.iter();
        declared
            .filter_map(|value| of.get_value_by_name(value.name()))
            .collect()
    }

    /// The services in the order of the files.
    pub fn services(&self) -> Vec<ServiceDescriptor> {
        self.files()
            .iter()
            .flat_map(|file| file.services().collect::<Vec<_>>())
            .collect()
    }

    /// The operations of one service, in the order of the file.
    ///
    /// # Errors
    /// A method without a route, or a route that does not fit its request.
    pub fn operations_of(&self, service: &ServiceDescriptor) -> anyhow::Result<Vec<Operation>> {
        let operation = |method: MethodDescriptor| {
            let key = format!("{}.{}", service.name(), method.name());
            let routes = routes::parse(&method, &self.http).with_context(|| format!("the route of {key}"))?;
            ensure!(
                !method.is_client_streaming() && !method.is_server_streaming(),
                "{key} streams"
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

    /// All operations, service by service.
    ///
    /// # Errors
    /// As [`Schema::operations_of`].
    pub fn operations(&self) -> anyhow::Result<Vec<Operation>> {
        let mut all = Vec::new();
        for service in self.services() {
            all.extend(self.operations_of(&service)?);
        }
        Ok(all)
    }

    /// The comment on an element: paragraphs as written, without the comment signs; empty if none.
    pub fn comment(&self, element: &impl Described) -> &str {
        self.comments.get(&element.place()).map_or("", String::as_str)
    }

    /// The constraints of a field.
    pub fn rules(&self, field: &FieldDescriptor) -> Rules {
        let options = field.options();
        let set: Option<DynamicMessage> = options
            .has_extension(&self.validate)
            .then(|| options.get_extension(&self.validate).as_message().cloned())
            .flatten();
        Rules::new(set.as_ref())
    }

    /// The comment on a field, followed by those of its constraints that the comment leaves out and
    /// a word if it is deprecated. Never empty: a field without a comment is described by its name.
    pub fn field_doc(&self, field: &FieldDescriptor) -> String {
        let mut doc = match self.comment(field) {
            "" => described(field.name()),
            comment => comment.to_owned(),
        };
        for sentence in self.rules(field).unsaid(&doc) {
            doc.push(' ');
            doc.push_str(&sentence);
        }
        if self.is_deprecated(field) && !doc.to_lowercase().contains("deprecated") {
            doc.push_str(" Deprecated.");
        }
        doc
    }

    /// Whether a field carries `deprecated = true`.
    pub fn is_deprecated(&self, field: &FieldDescriptor) -> bool {
        field
            .field_descriptor_proto()
            .options
            .as_ref()
            .is_some_and(|options| options.deprecated())
    }
}

fn collect_protos(folder: &Path, to: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect_protos(&path, to)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            to.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
