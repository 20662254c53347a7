//! Examples in the documentation of methods. They are compiled as tests of the core.

use std::collections::BTreeSet;

use prost_reflect::{EnumDescriptor, FieldDescriptor, MessageDescriptor};

use super::types::identifier;
use super::{Context, enums, module_of};
use crate::resources::{Argument, Method, Output, Resource, Sample, sample};

/// The width of an example line.
const WIDTH: usize = 88;

/// The length of a value that is assigned to a variable.
const LONG_VALUE: usize = 50;

/// Returns the example of a method as a code block.
pub(super) fn of_method(resource: &Resource, method: &Method, context: &Context<'_>) -> String {
    let mut example = Example {
        context,
        imports: BTreeSet::new(),
        variables: String::new(),
    };
    let call = example.call(resource, method);
    let statements = match (&method.paging, &method.output) {
        (Some(paging), _) => {
            let items = identifier(paging.items.name());
            let item = match items.strip_suffix('s') {
                Some(item) if item.ends_with("ie") => format!("{}y", &item[..item.len() - 2]),
                Some(item) => item.to_owned(),
                None => "item".to_owned(),
            };
            format!(
                "{}\nwhile let Some({item}) = {items}.try_next().await? {{\n    println!(\"{{{item}:?}}\");\n}}",
                chain(&format!("let mut {items} = "), &call, ";")
            )
        }
        (None, Output::Nothing) => chain("", &call, ".await?;"),
        (None, Output::Field(field)) => {
            // `client` is the variable of the Scalekit client.
            let name = match field.name() {
                "client" => "oauth_client".to_owned(),
                name => identifier(name),
            };
            chain(&format!("let {name} = "), &call, ".await?;")
        }
        (None, Output::Message(_)) => chain("let response = ", &call, ".await?;"),
    };
    example.block(&statements)
}

struct Example<'a> {
    context: &'a Context<'a>,
    imports: BTreeSet<String>,
    /// Assignments of long arguments to variables.
    variables: String,
}

impl Example<'_> {
    /// Returns the links of the chain, such as `.organizations()`, `.get("org_123")`.
    fn call(&mut self, resource: &Resource, method: &Method) -> Vec<String> {
        let arguments: Vec<String> = method
            .arguments
            .iter()
            .map(|argument| self.argument(argument))
            .collect();
        let mut links = vec![
            "client".to_owned(),
            format!(".{}()", identifier(&resource.accessor)),
            format!(".{}({})", identifier(&method.name), arguments.join(", ")),
        ];
        if method.paging.is_some() {
            links.push(".page_size(50)".to_owned());
        } else if let Some((option, value)) = self.option(&method.options) {
            links.push(format!(".{option}({value})"));
        }
        links
    }

    /// Returns the first option with a short value.
    fn option(&mut self, options: &[Argument]) -> Option<(String, String)> {
        let is_short = |sample: &Sample| {
            matches!(
                sample,
                Sample::Text(_) | Sample::Bool(_) | Sample::Number(_) | Sample::Enum(_)
            )
        };
        let samples = options.iter().map(|option| (option, self.sample(option)));
        let (option, sample) = samples.into_iter().find(|(_, sample)| is_short(sample))?;
        Some((identifier(&option.name), self.expression(&sample)))
    }

    fn sample(&self, argument: &Argument) -> Sample {
        sample(self.context.schema, &self.context.api.messages, argument)
    }

    /// Returns the value of an argument. A long value is assigned to a variable.
    fn argument(&mut self, argument: &Argument) -> String {
        let sample = self.sample(argument);
        let value = self.expression(&sample);
        if value.len() <= LONG_VALUE {
            return value;
        }
        // `client` is the variable of the Scalekit client.
        let name = match argument.name.as_str() {
            "client" => "values".to_owned(),
            name => identifier(name),
        };
        self.variables.push_str(&format!("let {name} = {value};\n"));
        name
    }

    fn expression(&mut self, sample: &Sample) -> String {
        match sample {
            Sample::Text(text) => format!("{text:?}"),
            Sample::Number(number) => number.to_string(),
            Sample::Bool(flag) => flag.to_string(),
            Sample::Time(time) => format!("{time:?}.parse::<scalekit::Timestamp>()?"),
            Sample::Seconds(seconds) => {
                format!("scalekit::types::SignedDuration::from_secs({seconds})")
            }
            Sample::Enum(value) => {
                let values = value.parent_enum();
                let variant = enums::variant(values, value);
                format!("{}::{variant}", self.import_enum(values))
            }
            Sample::Message(message, fields) => self.message(message, fields),
            Sample::Json(json) => format!("serde_json::json!({json})"),
            Sample::List(item) => format!("[{}]", self.expression(item)),
            Sample::Map(key, value) => format!("[({key:?}, {})]", self.expression(value)),
            Sample::Paths(path) => format!("[{path:?}]"),
            Sample::Bytes(text) => format!("b{text:?}"),
        }
    }

    fn message(
        &mut self,
        message: &MessageDescriptor,
        fields: &[(FieldDescriptor, Sample)],
    ) -> String {
        let required = self.context.api.messages.required(message);
        let (in_new, set): (Vec<_>, Vec<_>) = fields
            .iter()
            .partition(|(field, _)| required.contains(field));
        let arguments: Vec<String> = in_new
            .iter()
            .map(|(_, value)| self.expression(value))
            .collect();
        let line = arguments.join(", ");
        let arguments = match line.len() > LONG_VALUE {
            true => format!("\n    {},\n", arguments.join(",\n    ")),
            false => line,
        };
        let mut code = format!("{}::new({arguments})", self.import_message(message));
        for (field, value) in set {
            let value = self.expression(value);
            code.push_str(&format!(".{}({value})", identifier(field.name())));
        }
        code
    }

    fn import_message(&mut self, message: &MessageDescriptor) -> String {
        let name = self.context.message_name(message);
        self.import(message.package_name(), name)
    }

    fn import_enum(&mut self, values: &EnumDescriptor) -> String {
        self.import(values.package_name(), values.name().to_owned())
    }

    fn import(&mut self, package: &str, name: String) -> String {
        let module = module_of(package);
        self.imports
            .insert(format!("scalekit::api::{module}::{name}"));
        name
    }

    fn block(&self, statements: &str) -> String {
        let mut imports: String = self
            .imports
            .iter()
            .map(|path| format!("use {path};\n"))
            .collect();
        if !imports.is_empty() {
            imports.push('\n');
        }
        let variables = &self.variables;
        format!(
            "```\n# async fn example(client: scalekit::Client) -> scalekit::Result<()> {{\n\
             {imports}{variables}{statements}\n# Ok(())\n# }}\n```"
        )
    }
}

/// Joins the links of a chain of calls. A long chain has one link per line.
fn chain(start: &str, links: &[String], end: &str) -> String {
    let line = format!("{start}{}{end}", links.concat());
    if line.len() <= WIDTH {
        return line;
    }
    let (await_, semicolon) = match end.strip_suffix(';') {
        Some("") | None => (None, end),
        Some(link) => (Some(link), ";"),
    };
    let links: Vec<&str> = links.iter().map(String::as_str).chain(await_).collect();
    format!("{start}{}{semicolon}", links.join("\n    "))
}

#[cfg(test)]
mod tests {
    use super::chain;

    #[test]
    fn a_long_chain_has_one_link_per_line() {
        let links = ["client".to_owned(), ".users()".to_owned()];
        assert_eq!(
            chain("let a = ", &links, ".await?;"),
            "let a = client.users().await?;"
        );
        let long = ["client".to_owned(), format!(".users({:?})", "x".repeat(90))];
        let text = chain("", &long, ".await?;");
        assert!(text.starts_with("client\n    .users(") && text.ends_with(")\n    .await?;"));
    }
}
