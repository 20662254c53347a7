//! Services: one struct per service, with one method per operation.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, ServiceDescriptor};

use super::{Body, accessor, docs, message_name};
use crate::schema::{Operation, Schema, name_as_sentence, snake_case};

pub(super) fn add(
    schema: &Schema,
    service: &ServiceDescriptor,
    body: &mut Body,
) -> anyhow::Result<()> {
    let (name, accessor) = (service.name(), accessor(service.name())?);
    let doc = match schema.comment(service) {
        "" => name_as_sentence(name),
        comment => comment.to_owned(),
    };
    for path in ["crate::Error", "crate::schema"] {
        body.uses.insert(path);
    }
    let created_by = format!(
        "Created by [`Client::{accessor}`](crate::Client::{accessor}). Cloning it is cheap."
    );
    body.code.push_str(&format!(
        "\n{}///\n{}#[derive(Clone, Debug)]\npub struct {name} {{\n    client: crate::Client,\n}}\n\n",
        docs::item(&doc, 0),
        docs::item_raw(&created_by)
    ));
    body.code.push_str(&format!(
        "impl crate::Client {{\n    /// Returns the operations of [`{name}`].\n    pub fn {accessor}(&self) -> {name} {{\n        \
         {name} {{ client: self.clone() }}\n    }}\n}}\n\nimpl {name} {{\n"
    ));
    let mut methods = Vec::new();
    for operation in &schema.operations_of(service)? {
        methods.push(method(schema, operation, body));
        methods.extend(paged(operation).map(|paged| stream(operation, &paged, body)));
    }
    body.code.push_str(&methods.join("\n"));
    body.code.push_str("}\n");
    Ok(())
}

fn method(schema: &Schema, operation: &Operation, body: &mut Body) -> String {
    let name = snake_case(operation.method.name());
    let doc = match schema.comment(&operation.method) {
        "" => name_as_sentence(&name),
        comment => comment.to_owned(),
    };
    let request = message_path(&operation.method.input(), body);
    let response = message_path(&operation.method.output(), body);
    let routes: Vec<String> = operation
        .routes
        .iter()
        .map(|route| {
            format!(
                "`{} {}`",
                format!("{:?}", route.verb).to_uppercase(),
                route.template()
            )
        })
        .collect();
    let routes = match routes.as_slice() {
        [route] => format!("Route: {route}"),
        _ => format!(
            "Routes (the client uses the first one whose fields are set): {}",
            routes.join(", ")
        ),
    };
    let doc = docs::item(&doc, 4);
    let routes = docs::item(&routes, 4);
    let key = &operation.key;
    format!(
        "{doc}    ///
{routes}    pub async fn {name}(&self, request: {request}) -> Result<{response}, Error> {{
        self.client.call_typed(const {{ schema::named({key:?}) }}, &request).await
    }}
"
    )
}

fn stream(operation: &Operation, paged: &Paged, body: &mut Body) -> String {
    let name = snake_case(operation.method.name());
    let request = message_path(&operation.method.input(), body);
    let response = message_path(&operation.method.output(), body);
    let item = message_path(&paged.item, body);
    let items = snake_case(&paged.items);
    let page = if items == "items" {
        items.clone()
    } else {
        format!("items: {items}")
    };
    let token = if paged.optional_token {
        "Some(token)"
    } else {
        "token"
    };
    for path in [
        "futures_core::Stream",
        "crate::client::pages::{Page, pages}",
    ] {
        body.uses.insert(path);
    }
    format!(
        "    /// Returns a stream of the `{items}` of all pages, starting at the request's `page_token`.
    ///
    /// Pages are fetched lazily with [`Self::{name}`]. An error ends the stream.
    pub fn {name}_stream(
        &self,
        request: {request},
    ) -> impl Stream<Item = Result<{item}, Error>> + Send + 'static {{
        let service = self.clone();
        let fetch = move |request| {{
            let service = service.clone();
            async move {{
                let {response} {{ {items}, next_page_token, .. }} = service.{name}(request).await?;
                Ok(Page {{ {page}, next: next_page_token }})
            }}
        }};
        pages(request, fetch, |request: &mut {request}, token| request.page_token = {token})
    }}
"
    )
}

/// The paging of an operation.
struct Paged {
    /// The field of the response that contains the items.
    items: String,
    item: MessageDescriptor,
    /// The request field `page_token` tracks presence.
    optional_token: bool,
}

fn paged(operation: &Operation) -> Option<Paged> {
    let (request, response) = (operation.method.input(), operation.method.output());
    let token = request.get_field_by_name("page_token")?;
    response
        .get_field_by_name("next_page_token")
        .filter(|next| !next.supports_presence())?;
    let mut lists = response
        .fields()
        .filter(FieldDescriptor::is_list)
        .filter_map(|field| match field.kind() {
            Kind::Message(item) => Some((field.name().to_owned(), item)),
            _ => None,
        });
    let (items, item) = lists.next().filter(|_| lists.next().is_none())?;
    Some(Paged {
        items,
        item,
        optional_token: token.supports_presence(),
    })
}

fn message_path(message: &MessageDescriptor, body: &mut Body) -> String {
    if message.full_name() == "google.protobuf.Empty" {
        body.uses.insert("crate::types::Empty");
        return "Empty".to_owned();
    }
    body.path(message.package_name(), message_name(message))
}
