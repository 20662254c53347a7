//! A running emulator and a plain HTTP client.

use std::collections::HashMap;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use scalekit_emulator::{Builder, Emulator, Seed};
use serde_json::{Value, json};

pub(crate) const CALLBACK: &str = "http://localhost:3000/callback";

/// The example of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) struct Environment {
    pub(crate) emulator: Emulator,
    pub(crate) http: Client,
}

pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }

    /// Returns the query parameters of a redirect to the application.
    pub(crate) fn redirected(&self) -> HashMap<String, String> {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        let location = url::Url::parse(self.headers[LOCATION].to_str().unwrap()).unwrap();
        assert!(location.as_str().starts_with(CALLBACK), "{location}");
        location.query_pairs().into_owned().collect()
    }

    /// Returns the `error` member of an OAuth error response.
    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }
}

/// Starts an auto-approving environment with one organization, one connection and one user.
pub(crate) async fn environment() -> Environment {
    Environment::start(Emulator::builder().auto_approve(true).seed(acme())).await
}

pub(crate) fn acme() -> Seed {
    let seed = json!({
        "organizations": [{"id": "org_1", "display_name": "Acme", "external_id": "acme"}],
        "connections": [{"id": "conn_1", "organization_id": "org_1", "type": "OIDC", "provider": "OKTA", "enabled": true}],
        "users": [{
            "id": "usr_1",
            "email": "ada@acme.com",
            "user_profile": {"given_name": "Ada", "family_name": "Lovelace", "name": "Ada Lovelace", "email_verified": true},
            "memberships": [{"organization_id": "org_1", "membership_status": "ACTIVE"}],
        }],
    });
    Seed::from_json(seed).unwrap()
}

impl Environment {
    pub(crate) async fn start(builder: Builder) -> Self {
        let emulator = builder.start().await.unwrap();
        let http = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { emulator, http }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.emulator.url()))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Response {
        send(form_request(self.request(Method::POST, path), form)).await
    }

    /// Calls the token endpoint with the client credentials of the environment.
    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Response {
        let mut form = form.to_vec();
        form.push(("client_id", self.emulator.client_id()));
        form.push(("client_secret", self.emulator.client_secret()));
        self.post_form("/oauth/token", &form).await
    }

    pub(crate) async fn bearer(&self) -> String {
        let response = self.token(&[("grant_type", "client_credentials")]).await;
        response.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Calls an API operation with an access token.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let bearer = self.bearer().await;
        let mut request = self
            .request(method, path)
            .header(AUTHORIZATION, format!("Bearer {bearer}"));
        if let Some(body) = body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        send(request).await
    }

    /// Calls the admin API. Panics unless the call succeeds.
    pub(crate) async fn admin(&self, method: Method, path: &str, body: Value) -> Value {
        let request = self.request(method, &format!("/_emulator/{path}"));
        let response = send(
            request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string()),
        )
        .await;
        assert!(
            response.status.is_success(),
            "{path}: {} {}",
            response.status,
            response.body
        );
        if response.body.is_empty() {
            Value::Null
        } else {
            response.json()
        }
    }

    /// Returns the entries of the request log that match a query.
    pub(crate) async fn logged(&self, query: &str) -> Vec<Value> {
        let response = self.get(&format!("/_emulator/requests?{query}")).await;
        response.json().as_array().unwrap().clone()
    }

    /// Returns the path of `/oauth/authorize` with the required parameters and `extra`. A parameter
    /// in `extra` replaces the default of the same name.
    pub(crate) fn authorize_path(&self, extra: &[(&str, &str)]) -> String {
        let base = [
            ("response_type", "code"),
            ("client_id", self.emulator.client_id()),
            ("redirect_uri", CALLBACK),
        ];
        let is_replaced = |name: &str| extra.iter().any(|(other, _)| *other == name);
        let pairs = base
            .into_iter()
            .filter(|(name, _)| !is_replaced(name))
            .chain(extra.iter().copied());
        let query: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        format!("/oauth/authorize?{query}")
    }

    /// Returns the authorization code of an auto-approved login.
    pub(crate) async fn code(&self, extra: &[(&str, &str)]) -> String {
        let mut callback = self.get(&self.authorize_path(extra)).await.redirected();
        callback
            .remove("code")
            .unwrap_or_else(|| panic!("{callback:?}"))
    }

    /// Logs in and returns the tokens.
    pub(crate) async fn log_in(&self, extra: &[(&str, &str)]) -> Value {
        let code = self.code(extra).await;
        let response = self.exchange(&code, &[]).await;
        assert_eq!(response.status, StatusCode::OK, "{}", response.body);
        response.json()
    }

    pub(crate) async fn exchange(&self, code: &str, extra: &[(&str, &str)]) -> Response {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
        ];
        form.extend(extra);
        self.token(&form).await
    }

    pub(crate) async fn refresh(&self, token: &str, extra: &[(&str, &str)]) -> Response {
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        form.extend(extra);
        self.token(&form).await
    }

    /// Verifies a token with `jsonwebtoken` and the published keys. Returns its claims.
    pub(crate) async fn claims(&self, token: &str, audience: &str) -> Value {
        let header = jsonwebtoken::decode_header(token).unwrap();
        let set: jsonwebtoken::jwk::JwkSet =
            serde_json::from_str(&self.get("/keys").await.body).unwrap();
        let key = set
            .find(header.kid.as_deref().unwrap())
            .expect("the key is listed");
        let key = jsonwebtoken::DecodingKey::from_jwk(key).unwrap();
        let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
        validation.set_audience(&[audience]);
        validation.set_issuer(&[self.emulator.url()]);
        validation.validate_nbf = true;
        jsonwebtoken::decode::<Value>(token, &key, &validation)
            .unwrap()
            .claims
    }
}

/// Returns a free port, for emulators whose advertised URL has another port.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

pub(crate) fn form_request(request: RequestBuilder, form: &[(&str, &str)]) -> RequestBuilder {
    let body: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    request
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body)
}

pub(crate) async fn send(request: RequestBuilder) -> Response {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Response {
        status,
        headers,
        body: response.text().await.unwrap(),
    }
}
