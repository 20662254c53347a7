//! Builds the service clients of a language layer from the schema and the configuration.

use anyhow::{Context, ensure};
use prost_reflect::MessageDescriptor;

use super::checks::{check_error_messages, check_methods};
use super::config::{BuilderConfig, ClientConfig, LayerConfig, MethodConfig};
use super::derived::{add_by_external_id, add_iterators};
use super::model::{Action, Client, Conventions, ErrorMessages, Method, ReturnValue, Steps};
use super::param_syntax::ParamParser;
use super::params::{Param, Presence, default_params};
use crate::{Operation, Schema, snake_case};

/// Returns all service clients: the configured ones in their order, then one client for each
/// service without a configured client.
pub(crate) fn plan(
    schema: &Schema,
    config: &LayerConfig,
    conventions: Conventions,
) -> anyhow::Result<Vec<Client>> {
    let operations = schema.operations()?;
    for key in config.methods.keys() {
        ensure!(
            operations.iter().any(|operation| operation.key == *key),
            "[methods.{key:?}]: the schema has no operation {key}"
        );
    }
    let mut clients = config.clients.clone();
    for service in schema.services() {
        let has_client = clients
            .iter()
            .any(|client| client.service == service.name() && client.operations.is_empty());
        if !has_client {
            clients.push(default_client(service.name()));
        }
    }
    let planner = Planner {
        schema,
        config,
        conventions,
        operations,
        clients,
    };
    let planned = planner.clients.iter().map(|client| {
        planner
            .client(client)
            .with_context(|| format!("{} client {}", conventions.language, client.attribute))
    });
    planned.collect()
}

fn default_client(service: &str) -> ClientConfig {
    let base = service.strip_suffix("Service").unwrap_or(service);
    ClientConfig {
        attribute: snake_case(base),
        class: format!("{base}Client"),
        service: service.to_owned(),
        module: None,
        operations: Vec::new(),
        rename: Default::default(),
        missing: Default::default(),
        invalid: Default::default(),
        result: None,
    }
}

struct Planner<'a> {
    schema: &'a Schema,
    config: &'a LayerConfig,
    conventions: Conventions,
    operations: Vec<Operation>,
    clients: Vec<ClientConfig>,
}

impl Planner<'_> {
    fn client(&self, client: &ClientConfig) -> anyhow::Result<Client> {
        let service = self
            .schema
            .services()
            .into_iter()
            .find(|service| service.name() == client.service)
            .with_context(|| format!("the schema has no service {}", client.service))?;
        let methods = self.methods(client)?;
        check_methods(&methods)?;
        check_error_messages(client, &methods)?;
        let handwritten = self.config.handwritten.iter();
        let handwritten = handwritten.filter(|method| method.client == client.attribute);
        Ok(Client {
            attribute: client.attribute.clone(),
            module: client.module().to_owned(),
            class: client.class.clone(),
            doc: self.schema.comment(&service).to_owned(),
            methods,
            error_messages: ErrorMessages {
                missing: client.missing.clone(),
                invalid: client.invalid.clone(),
            },
            handwritten: handwritten.cloned().collect(),
        })
    }

    /// Returns the methods of the operations, the builders, and the methods that are derived from
    /// others.
    fn methods(&self, client: &ClientConfig) -> anyhow::Result<Vec<Method>> {
        let mut methods = Vec::new();
        for operation in &self.operations {
            for (name, config) in self.configs(client, operation)? {
                let method = self.method(client, operation, &config, &name);
                let context = || format!("method {name} of {}", operation.key);
                methods.push(method.with_context(context)?);
            }
        }
        let builders = self.config.builders.iter();
        for builder in builders.filter(|builder| builder.client == client.attribute) {
            methods.push(self.builder(client, builder)?);
        }
        add_by_external_id(&mut methods, self.conventions);
        add_iterators(&mut methods, self.conventions);
        Ok(methods)
    }

    /// Returns the names and configurations of the methods that a client has for an operation.
    fn configs(
        &self,
        client: &ClientConfig,
        operation: &Operation,
    ) -> anyhow::Result<Vec<(String, MethodConfig)>> {
        let config = self.config.methods.get(&operation.key);
        let config = config.cloned().unwrap_or_default();
        let is_owner = self.owner(operation) == Some(&client.attribute);
        let mut configs = Vec::new();
        for also in &config.also {
            let has_method = match &also.client {
                Some(name) => *name == client.attribute,
                None => is_owner,
            };
            if has_method {
                let key = &operation.key;
                let no_name = || format!("[methods.{key:?}]: an entry of `also` has no name");
                configs.push((also.name.clone().with_context(no_name)?, also.clone()));
            }
        }
        if is_owner {
            let default_name = || snake_case(operation.method.name());
            let name = config.name.clone().unwrap_or_else(default_name);
            configs.insert(0, (name, config));
        }
        Ok(configs)
    }

    /// Returns the attribute of the client that has the method for an operation.
    fn owner(&self, operation: &Operation) -> Option<&String> {
        let of_service = || {
            self.clients
                .iter()
                .filter(|client| client.service == operation.service.name())
        };
        of_service()
            .find(|client| client.claims(operation.method.name()))
            .or_else(|| of_service().find(|client| client.operations.is_empty()))
            .map(|client| &client.attribute)
    }

    fn method(
        &self,
        client: &ClientConfig,
        operation: &Operation,
        config: &MethodConfig,
        name: &str,
    ) -> anyhow::Result<Method> {
        let request = operation.method.input();
        let steps = config
            .steps
            .as_ref()
            .map(|function| self.steps(function))
            .transpose()?;
        let action = Action::Call {
            operation: operation.clone(),
            returns: self.return_value(client, operation, config)?,
            mask: config.mask.clone(),
            steps: steps.clone(),
            on_error: config.on_error.clone(),
        };
        if let Some(mask) = &config.mask {
            ensure!(
                request.get_field_by_name(mask).is_some(),
                "mask: the request has no field {mask}"
            );
        }
        Ok(Method {
            name: name.to_owned(),
            params: self.params(client, operation, config, steps.as_ref())?,
            doc: self.doc(operation, config),
            request,
            action,
            required_sets: config.required_sets.clone(),
            rejected_fields: config.rejected_fields.clone(),
            raises: config.raises.clone(),
            prefer: config.prefer.clone(),
            iterator: config.iterator.clone(),
        })
    }

    fn params(
        &self,
        client: &ClientConfig,
        operation: &Operation,
        config: &MethodConfig,
        steps: Option<&Steps>,
    ) -> anyhow::Result<Vec<Param>> {
        let first_request = steps.map(|steps| steps.first.method.input());
        let mut params = match &config.params {
            Some(entries) => {
                let parser = ParamParser {
                    schema: self.schema,
                    client,
                    request: &operation.method.input(),
                    first_request: first_request.as_ref(),
                };
                parser.parse(entries)?
            }
            None => self.grouped(default_params(self.schema, operation, &client.rename)?),
        };
        for (name, doc) in &config.docs {
            find_param(&mut params, name, "docs")?.doc.clone_from(doc);
        }
        for name in &config.trim {
            find_param(&mut params, name, "trim")?.trimmed = true;
        }
        Ok(params)
    }

    /// Moves the optional parameters into one group, if that is the convention of the language.
    fn grouped(&self, params: Vec<Param>) -> Vec<Param> {
        let Some(name) = self.conventions.options_group else {
            return params;
        };
        let (optional, mut params): (Vec<_>, Vec<_>) = params
            .into_iter()
            .partition(|param| param.presence.can_be_omitted());
        if !optional.is_empty() {
            params.push(Param::group(name.to_owned(), Presence::Optional, optional));
        }
        params
    }

    fn return_value(
        &self,
        client: &ClientConfig,
        operation: &Operation,
        config: &MethodConfig,
    ) -> anyhow::Result<ReturnValue> {
        let Some(result) = config.result.as_deref().or(client.result.as_deref()) else {
            return Ok((self.conventions.default_return)());
        };
        if result == "message" {
            return Ok(ReturnValue::Message);
        }
        if let Some(function) = result.strip_suffix("()") {
            return Ok(ReturnValue::Function(function.to_owned()));
        }
        let response = operation.method.output();
        let field = |name: &str| response.get_field_by_name(name);
        match result.strip_suffix('?') {
            Some(name) => field(name).map(ReturnValue::OptionalField),
            None => field(result).map(ReturnValue::Field),
        }
        .with_context(|| format!("result: the response has no field {result}"))
    }

    fn doc(&self, operation: &Operation, config: &MethodConfig) -> String {
        match (&config.doc, self.schema.comment(&operation.method)) {
            (Some(doc), _) => doc.clone(),
            (None, "") => {
                let words = snake_case(operation.method.name()).replace('_', " ");
                format!("{}.", capitalized(&words))
            }
            (None, comment) => comment.to_owned(),
        }
    }

    fn steps(&self, function: &str) -> anyhow::Result<Steps> {
        let config = self.config.steps.get(function);
        let config =
            config.with_context(|| format!("steps: there is no entry [steps.{function}]"))?;
        let mut operations = self.operations.iter();
        let first = operations.find(|operation| operation.key == config.first);
        let first = first.with_context(|| {
            format!(
                "[steps.{function}]: the schema has no operation {}",
                config.first
            )
        })?;
        Ok(Steps {
            function: function.to_owned(),
            first: first.clone(),
            params: config.params.clone(),
        })
    }

    fn builder(&self, client: &ClientConfig, config: &BuilderConfig) -> anyhow::Result<Method> {
        let request: MessageDescriptor = self
            .schema
            .pool()
            .get_message_by_name(&config.message)
            .with_context(|| {
                format!(
                    "builder {}: the schema has no message {}",
                    config.name, config.message
                )
            })?;
        let parser = ParamParser {
            schema: self.schema,
            client,
            request: &request,
            first_request: None,
        };
        Ok(Method {
            name: config.name.clone(),
            params: parser.parse(&config.params)?,
            doc: config.doc.clone(),
            request,
            action: Action::Build,
            required_sets: Vec::new(),
            rejected_fields: Default::default(),
            raises: Default::default(),
            prefer: Vec::new(),
            iterator: None,
        })
    }
}

fn find_param<'a>(params: &'a mut [Param], name: &str, key: &str) -> anyhow::Result<&'a mut Param> {
    let mut params = params.iter_mut();
    params
        .find_map(|param| param.find_mut(name))
        .with_context(|| format!("{key}: the method has no parameter {name}"))
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
