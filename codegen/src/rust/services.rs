//! Services: one struct each, with one method for each operation.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, ServiceDescriptor};

use super::{Body, accessor, docs, message_name};
use crate::schema::{Operation, Schema, described, snake_case};

pub(super) fn add(schema: &Schema, service: &ServiceDescriptor, body: &mut Body) -> anyhow::Result<()> {
    let (name, accessor) = (service.name(), accessor(service.name())?);
    let about = match schema.comment(service) {
        "" => described(name),
        comment => comment.to_owned(),
    };
    for path in ["crate::Error", "crate::schema"] {
        body.uses.insert(path);
    }
    let got_from = format!(
        "Get it with [`Client::{accessor}`](crate::Client::{accessor}); it is as cheap to clone as the client."
    );
    body.code.push_str(&format!(
        "\n{}///\n{}#[derive(Clone, Debug)]\npub struct {name} {{\n    client: crate::Client,\n}}\n\n",
        docs::item(&about, 0),
        docs::item_raw(&got_from)
    ));
    body.code.push_str(&format!(
        "impl crate::Client {{\n    /// The operations of [`{name}`].\n    pub fn {accessor}(&self) -> {name} {{\n        \
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
    let about = match schema.comment(&operation.method) {
        "" => described(&name),
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
            "Routes, of which the first one is taken whose fields are set: {}",
            routes.join(", ")
        ),
    };
    let about = docs::item(&about, 4);
    let routes = docs::item(&routes, 4);
    let key = &operation.key;
    format!(
        "{about}    ///
{routes}    ///
    /// # Errors
    /// [`Error`], with the service's answer where it refused the call.
    pub async fn {name}(&self, request: {request}) -> Result<{response}, Error> {{
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
    for path in ["futures_core::Stream", "crate::client::pages::{Page, pages}"] {
        body.uses.insert(path);
    }
    format!(
        "    /// The `{items}` of all pages from the request's `page_token` on. Each page is fetched by
    /// [`Self::{name}`] when the stream gets to it; an error ends the stream.
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

/// How an operation answers page by page.
struct Paged {
    /// Name of the response's field with the items.
    items: String,
    item: MessageDescriptor,
    /// The request's `page_token` has presence.
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
