//! Derives the resources from the schema and the configuration.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};

use super::arguments::Arguments;
use super::config::{Config, MethodConfig, ResourceConfig};
use super::messages::Required;
use super::output::{output, paging, without_page_tokens};
use super::{Api, Argument, Messages, Method, Output, Resource, assign};
use crate::{Operation, Schema, name_as_sentence};

pub(super) fn plan(schema: &Schema, config: Config) -> anyhow::Result<Api> {
    let operations = schema.operations()?;
    for key in config.methods.keys() {
        ensure!(
            operations.iter().any(|operation| operation.key == *key),
            "[methods.{key:?}]: the schema has no operation {key}"
        );
    }
    let configs = assign::resources(schema, &config)?;
    let mut resources = configs
        .iter()
        .map(|config| empty_resource(schema, config))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let required = Required::new(schema, config.messages)?;
    for operation in &operations {
        let method_config = config.methods.get(&operation.key);
        let planner = Planner {
            schema,
            required: &required,
            operation,
            config: method_config.cloned().unwrap_or_default(),
        };
        let (index, methods) = planner
            .methods(&configs, &operations)
            .with_context(|| format!("resource method of {}", operation.key))?;
        resources[index].methods.extend(methods);
    }
    for resource in &resources {
        check(resource)?;
    }
    let methods = resources.iter().flat_map(|resource| &resource.methods);
    let messages = Messages::new(schema, &required, methods);
    Ok(Api {
        resources,
        messages,
    })
}

fn empty_resource(schema: &Schema, config: &ResourceConfig) -> anyhow::Result<Resource> {
    let mut services = schema.services().into_iter();
    let service = services.find(|service| service.name() == config.service);
    let service = service.with_context(|| format!("there is no service {}", config.service))?;
    let comment = schema.comment(&service);
    Ok(Resource {
        accessor: config.accessor.clone(),
        doc: config.doc.clone().unwrap_or_else(|| comment.to_owned()),
        service,
        methods: Vec::new(),
    })
}

fn check(resource: &Resource) -> anyhow::Result<()> {
    let accessor = &resource.accessor;
    ensure!(
        !resource.methods.is_empty(),
        "resource {accessor} has no methods"
    );
    let mut names = BTreeSet::new();
    for method in &resource.methods {
        ensure!(
            names.insert(&method.name),
            "resource {accessor}: two methods have the name {}",
            method.name
        );
    }
    Ok(())
}

/// Removes the options that are arguments of another method of the operation. Their values exclude
/// each other.
fn remove_alternatives(methods: &mut [Method]) {
    let arguments: Vec<_> = methods
        .iter()
        .flat_map(|method| {
            method
                .arguments
                .iter()
                .map(|argument| argument.field.clone())
        })
        .collect();
    for method in methods {
        method
            .options
            .retain(|option| !arguments.contains(&option.field));
    }
}

/// Derives the methods of one operation.
struct Planner<'a> {
    schema: &'a Schema,
    required: &'a Required,
    operation: &'a Operation,
    config: MethodConfig,
}

impl Planner<'_> {
    /// Returns the index of the resource, and the primary method with its variants.
    fn methods(
        &self,
        resources: &[ResourceConfig],
        operations: &[Operation],
    ) -> anyhow::Result<(usize, Vec<Method>)> {
        let (resource, name) = assign::assign(resources, self.operation)?;
        let accessor = self.config.resource.as_ref().unwrap_or(&resource.accessor);
        let index = resources
            .iter()
            .position(|resource| resource.accessor == *accessor)
            .with_context(|| format!("there is no resource {accessor}"))?;
        let arguments = Arguments {
            schema: self.schema,
            required: self.required,
            operation: self.operation,
            rename: &resources[index].rename,
        };
        let primary = self.primary(&arguments, self.config.name.clone().unwrap_or(name))?;
        let mut methods = vec![primary];
        if !self.config.no_variants {
            methods.extend(self.derived_variants(&arguments, &methods[0], operations));
        }
        for variant in &self.config.variants {
            let values = arguments.configured(&variant.arguments)?;
            methods.push(self.variant(&arguments, &methods[0], &variant.name, values));
        }
        remove_alternatives(&mut methods);
        for method in &methods {
            arguments.check(&method.arguments, &method.options)?;
        }
        Ok((index, methods))
    }

    fn primary(&self, arguments: &Arguments<'_>, name: String) -> anyhow::Result<Method> {
        let values = match &self.config.arguments {
            Some(entries) => arguments.configured(entries)?,
            None => arguments.default()?,
        };
        let paging = paging(self.operation);
        let output = match (&paging, &self.config.output) {
            (Some(paging), None) => Output::Field(paging.items.clone()),
            (_, config) => output(self.operation, config.as_deref())?,
        };
        let doc = match self.schema.comment(&self.operation.method) {
            "" => name_as_sentence(&name),
            comment if paging.is_some() => without_page_tokens(comment),
            comment => comment.to_owned(),
        };
        Ok(Method {
            options: arguments.options(&values, paging.as_ref()),
            arguments: values,
            name,
            operation: self.operation.clone(),
            doc,
            output,
            paging,
            variant_of: None,
        })
    }

    /// Returns one method for each field that can be given instead of an argument. If another
    /// operation already has this method, it is left out: `GetOrganizationByExternalId`.
    fn derived_variants(
        &self,
        arguments: &Arguments<'_>,
        primary: &Method,
        operations: &[Operation],
    ) -> Vec<Method> {
        let mut variants = Vec::new();
        for alternative in arguments.alternatives(&primary.arguments) {
            let suffix = format!("_by_{}", alternative.field.name());
            let rpc = format!("{}{}", self.operation.key, crate::upper_camel(&suffix));
            if operations.iter().any(|operation| operation.key == rpc) {
                continue;
            }
            let values = primary.arguments.iter().map(|argument| {
                if argument.field == alternative.instead_of {
                    arguments.argument(alternative.field.clone())
                } else {
                    argument.clone()
                }
            });
            let name = primary.name.clone() + &suffix;
            variants.push(self.variant(arguments, primary, &name, values.collect()));
        }
        variants
    }

    fn variant(
        &self,
        arguments: &Arguments<'_>,
        primary: &Method,
        name: &str,
        values: Vec<Argument>,
    ) -> Method {
        Method {
            name: name.to_owned(),
            options: arguments.options(&values, primary.paging.as_ref()),
            arguments: values,
            variant_of: Some(primary.name.clone()),
            ..primary.clone()
        }
    }
}
