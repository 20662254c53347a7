//! A browser with cookies that opens pages and submits their forms.

use std::cell::RefCell;
use std::collections::HashMap;

use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Method, RequestBuilder, StatusCode};

use crate::support::{Environment, Response, form_request, send};

pub(crate) struct Browser<'e> {
    pub(crate) environment: &'e Environment,
    pub(crate) cookies: RefCell<HashMap<String, String>>,
}

impl<'e> Browser<'e> {
    pub(crate) fn new(environment: &'e Environment) -> Self {
        Self {
            environment,
            cookies: RefCell::default(),
        }
    }

    /// Opens an authorization request.
    pub(crate) async fn authorize(&self, extra: &[(&str, &str)]) -> Response {
        self.open(&self.environment.authorize_path(extra)).await
    }

    pub(crate) async fn open(&self, path: &str) -> Response {
        self.send(self.environment.request(Method::GET, path)).await
    }

    /// Opens an absolute URL of the environment.
    pub(crate) async fn follow(&self, url: &str) -> Response {
        let path = url.strip_prefix(self.environment.emulator.url()).unwrap();
        self.open(path).await
    }

    /// Submits the form of a page with the given button and fields.
    pub(crate) async fn submit(
        &self,
        page: &Response,
        button: &str,
        fields: &[(&str, &str)],
    ) -> Response {
        let action = attribute(&page.body, "action").expect("a form");
        let ticket = hidden(&page.body, "ticket").expect("a ticket");
        let mut form = vec![("ticket", ticket.as_str()), ("do", button)];
        form.extend(fields);
        self.send(form_request(
            self.environment.request(Method::POST, &action),
            &form,
        ))
        .await
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Response {
        let cookies: Vec<String> = (self.cookies.borrow().iter())
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = match cookies.is_empty() {
            true => request,
            false => request.header(COOKIE, cookies.join("; ")),
        };
        let response = send(request).await;
        for line in response.headers.get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies
                .borrow_mut()
                .insert(name.to_owned(), value.to_owned());
        }
        response
    }

    /// Returns the newest email to an address.
    pub(crate) async fn mail(&self, to: &str) -> serde_json::Value {
        let mails = self
            .environment
            .get(&format!("/_emulator/mails?to={to}"))
            .await
            .json();
        mails.as_array().unwrap().last().expect("an email").clone()
    }

    /// Logs in with the code from an email. Returns the response to the code form.
    pub(crate) async fn log_in(&self, email: &str, extra: &[(&str, &str)]) -> Response {
        let mut page = self.authorize(extra).await;
        page = self.submit(&page, "email", &[("email", email)]).await;
        let code = self.mail(email).await["code"].as_str().unwrap().to_owned();
        self.submit(&page, "code", &[("code", &code)]).await
    }

    /// Exchanges the code of a finished login. Returns the claims of the ID token.
    pub(crate) async fn claims(&self, callback: &Response) -> serde_json::Value {
        self.claims_of("id_token", callback).await
    }

    /// Returns the claims of the access token that a login ends with.
    pub(crate) async fn access_claims(&self, callback: &Response) -> serde_json::Value {
        self.claims_of("access_token", callback).await
    }

    async fn claims_of(&self, token: &str, callback: &Response) -> serde_json::Value {
        let code = callback.redirected().remove("code").expect("a code");
        let tokens = self.environment.exchange(&code, &[]).await.json();
        let client = self.environment.emulator.client_id();
        self.environment
            .claims(tokens[token].as_str().expect("a token"), client)
            .await
    }
}

/// Returns the error message of a page.
pub(crate) fn alert(page: &Response) -> String {
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.body);
    let (_, rest) = page.body.split_once("role=\"alert\"").expect("an alert");
    let (_, rest) = rest.split_once('>').unwrap();
    decoded(rest.split_once('<').unwrap().0)
}

pub(crate) fn heading(page: &Response) -> String {
    let (_, rest) = page
        .body
        .split_once("<h1>")
        .unwrap_or_else(|| panic!("{} {}", page.status, page.body));
    decoded(rest.split_once("</h1>").unwrap().0)
}

/// Returns the values of a page's buttons, in order.
pub(crate) fn buttons(page: &Response) -> Vec<String> {
    let parts = page.body.split("name=\"do\" ").skip(1);
    parts
        .map(|part| attribute(part, "value").unwrap())
        .collect()
}

fn hidden(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" "))?;
    attribute(rest, "value")
}

fn attribute(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("{name}=\""))?;
    Some(decoded(rest.split_once('"')?.0))
}

fn decoded(text: &str) -> String {
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&amp;", "&"),
    ];
    entities
        .into_iter()
        .fold(text.to_owned(), |text, (entity, letter)| {
            text.replace(entity, letter)
        })
}
