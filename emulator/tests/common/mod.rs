//! A running emulator and plain HTTP to it.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses its part, and a test may panic"
)]

use std::collections::HashMap;

use reqwest::{Method, StatusCode, redirect::Policy};
use scalekit_emulator::{Builder, Emulator};
use serde_json::{Value, json};

pub(crate) const CALLBACK: &str = "https://app.example.com/callback";

pub(crate) struct Http {
    pub(crate) emulator: Emulator,
    pub(crate) browser: reqwest::Client,
    token: String,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The parameters of the redirect that this answer is.
    pub(crate) fn redirect(&self) -> HashMap<String, String> {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text);
        let location = self.headers["location"].to_str().unwrap();
        assert!(location.starts_with(CALLBACK), "{location}");
        url::Url::parse(location)
            .unwrap()
            .query_pairs()
            .into_owned()
            .collect()
    }
}

impl Http {
    pub(crate) async fn start(builder: Builder) -> Self {
        let emulator = builder.start().await.unwrap();
        let browser = reqwest::Client::builder()
            .redirect(Policy::none())
            .build()
            .unwrap();
        let mut http = Self {
            emulator,
            browser,
            token: String::new(),
        };
        let answer = http.token(&[("grant_type", "client_credentials")]).await;
        http.token = answer.json()["access_token"].as_str().unwrap().to_owned();
        http
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.emulator.url())
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer {
            status,
            headers,
            text: response.text().await.unwrap(),
        }
    }

    /// An API call with the service token.
    pub(crate) async fn api(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self
            .browser
            .request(method, self.url(path))
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        self.send(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.api(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.api(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.api(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.api(Method::DELETE, path, None).await
    }

    /// A request without a token.
    pub(crate) async fn anonymous(&self, method: Method, path: &str) -> Answer {
        self.send(self.browser.request(method, self.url(path))).await
    }

    /// A token request of the environment's client.
    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Answer {
        let mut form = form.to_vec();
        form.push(("client_id", self.emulator.client_id()));
        form.push(("client_secret", self.emulator.client_secret()));
        self.raw_token(&form).await
    }

    pub(crate) async fn raw_token(&self, form: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self.browser.post(self.url("/oauth/token")).body(body);
        self.send(request.header("content-type", "application/x-www-form-urlencoded"))
            .await
    }

    /// Opens the authorization endpoint with these parameters and the usual ones.
    pub(crate) async fn authorize(&self, more: &[(&str, &str)]) -> Answer {
        self.send(self.browser.get(self.authorization_url(more))).await
    }

    pub(crate) fn authorization_url(&self, more: &[(&str, &str)]) -> String {
        let mut url = url::Url::parse(&self.url("/oauth/authorize")).unwrap();
        let usual = [
            ("response_type", "code"),
            ("client_id", self.emulator.client_id()),
            ("redirect_uri", CALLBACK),
            ("state", "st"),
        ];
        let usual = usual
            .into_iter()
            .filter(|(name, _)| more.iter().all(|(other, _)| other != name));
        url.query_pairs_mut().extend_pairs(usual).extend_pairs(more);
        url.into()
    }

    pub(crate) async fn submit(&self, url: &str, form: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self.browser.post(url).body(body);
        self.send(request.header("content-type", "application/x-www-form-urlencoded"))
            .await
    }

    pub(crate) async fn admin(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = self
            .browser
            .request(method, self.url(&format!("/_emulator/{path}")));
        self.send(
            request
                .header("content-type", "application/json")
                .body(body.to_string()),
        )
        .await
    }

    pub(crate) async fn organization(&self, name: &str) -> String {
        let made = self
            .post("/api/v1/organizations", json!({"display_name": name}))
            .await;
        made.json()["organization"]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn user(&self, organization: &str, email: &str) -> String {
        let path = format!("/api/v1/organizations/{organization}/users?send_invitation_email=false");
        let made = self.post(&path, json!({"email": email, "membership": {}})).await;
        assert_eq!(made.status, 200, "{}", made.text);
        made.json()["user"]["id"].as_str().unwrap().to_owned()
    }
}

/// The claims of a token; its signature is looked at elsewhere.
pub(crate) fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(payload)
            .unwrap(),
    )
    .unwrap()
}

/// Asserts an error of the API: status, gRPC code and error code.
pub(crate) fn refused(answer: &Answer, status: u16, code: i64, error_code: &str) {
    let json = answer.json();
    assert_eq!(answer.status, status, "{json}");
    assert_eq!(json["code"], code, "{json}");
    let info = &json["details"][0];
    assert_eq!(
        info["@type"],
        "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo"
    );
    assert_eq!(info["error_code"], error_code, "{json}");
}
