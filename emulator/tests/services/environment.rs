//! One emulator per test, and helpers for calling it.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use scalekit_emulator::{Builder, Emulator};
use serde_json::{Map, Value, json};

/// A running emulator and a token for its API.
pub(crate) struct Environment {
    pub(crate) emulator: Emulator,
    pub(crate) http: reqwest::Client,
    token: String,
}

/// The status, the body and the request id of an HTTP response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Value,
    request_id: String,
}

impl Environment {
    pub(crate) async fn start() -> Self {
        Self::start_with(Emulator::builder()).await
    }

    pub(crate) async fn start_with(builder: Builder) -> Self {
        let emulator = builder.start().await.expect("an emulator");
        let policy = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(policy)
            .build()
            .expect("a client");
        let mut environment = Self {
            emulator,
            http,
            token: String::new(),
        };
        environment.log_in().await;
        environment
    }

    /// Gets a new token. Required after the clock has passed the expiry of the old one.
    pub(crate) async fn log_in(&mut self) {
        let credentials = [
            ("grant_type", "client_credentials"),
            ("client_id", self.emulator.client_id()),
            ("client_secret", self.emulator.client_secret()),
        ];
        let response = self.post_form("/oauth/token", &credentials).await;
        self.token = text(&response.body["access_token"]);
    }

    pub(crate) async fn post_form(&self, path: &str, pairs: &[(&str, &str)]) -> Response {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let request = self
            .http
            .post(self.url(path))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        read_response(request.body(form).send().await.expect("a response")).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.emulator.url())
    }

    /// Calls an operation. `Value::Null` means no body.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Value) -> Response {
        let mut request = self
            .http
            .request(method, self.url(path))
            .bearer_auth(&self.token);
        if !body.is_null() {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        read_response(request.send().await.expect("a response")).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.call(Method::GET, path, Value::Null).await.ok()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.call(Method::POST, path, body).await.ok()
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Value {
        self.call(Method::PUT, path, body).await.ok()
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Value {
        self.call(Method::PATCH, path, body).await.ok()
    }

    /// Deletes an existing row. Checks that the response is an empty message.
    pub(crate) async fn delete(&self, path: &str) {
        assert_eq!(
            self.call(Method::DELETE, path, Value::Null).await.ok(),
            json!({}),
            "{path}"
        );
    }

    pub(crate) async fn get_fails(&self, path: &str) -> Response {
        self.call(Method::GET, path, Value::Null).await
    }

    pub(crate) async fn delete_fails(&self, path: &str) -> Response {
        self.call(Method::DELETE, path, Value::Null).await
    }

    /// Shifts the emulator's clock and gets a token that is valid at that time.
    pub(crate) async fn shift_clock(&mut self, seconds: i64) {
        self.put("/_emulator/clock", json!({ "shift_seconds": seconds }))
            .await;
        self.log_in().await;
    }

    /// Creates an organization and returns its id.
    pub(crate) async fn organization(&self, name: &str) -> String {
        let organization = json!({ "display_name": name });
        text(&self.post("/api/v1/organizations", organization).await["organization"]["id"])
    }

    /// Creates a member of an organization with these roles and returns the user's id.
    pub(crate) async fn member(&self, organization: &str, email: &str, roles: &[&str]) -> String {
        let roles: Vec<Value> = roles.iter().map(|name| json!({ "name": name })).collect();
        let user = json!({ "email": email, "membership": { "roles": roles } });
        let path =
            format!("/api/v1/organizations/{organization}/users?send_invitation_email=false");
        text(&self.post(&path, user).await["user"]["id"])
    }

    /// Returns the types of all events sent to webhooks so far.
    pub(crate) async fn events(&self) -> Vec<String> {
        let deliveries = self.get("/_emulator/deliveries").await;
        let deliveries = deliveries.as_array().expect("a list").iter();
        deliveries.map(|delivery| text(&delivery["type"])).collect()
    }
}

async fn read_response(response: reqwest::Response) -> Response {
    let status = response.status().as_u16();
    let request_id = response
        .headers()
        .get("x-request-id")
        .map(|id| id.to_str().expect("text").to_owned());
    let body = response.text().await.expect("a body");
    Response {
        status,
        body: serde_json::from_str(&body).unwrap_or(Value::String(body)),
        request_id: request_id.unwrap_or_default(),
    }
}

impl Response {
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// Checks the complete error response, without missing or extra members.
    #[track_caller]
    pub(crate) fn is_error(&self, status: u16, code: u8, message: &str, info: Value) {
        let mut detail = Map::new();
        detail.insert(
            "@type".to_owned(),
            "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo".into(),
        );
        detail.extend(info.as_object().expect("an object").clone());
        detail.insert(
            "request_info".to_owned(),
            json!({ "request_id": self.request_id }),
        );
        let expected = json!({ "code": code, "message": message, "details": [detail] });
        assert_eq!((self.status, &self.body), (status, &expected));
        assert!(!self.request_id.is_empty());
    }

    #[track_caller]
    pub(crate) fn is_not_found(&self, name: &str, id: &str) {
        let resource = json!({ "resource_name": name, "description": format!("{name} {id}") });
        let info = json!({ "error_code": "RESOURCE_NOT_FOUND", "resource_info": resource });
        self.is_error(404, 5, &format!("{name} not found"), info);
    }

    #[track_caller]
    pub(crate) fn is_conflict(&self, error_code: &str, message: &str, name: &str, id: &str) {
        let resource = json!({ "resource_name": name, "description": format!("{name} {id}") });
        let info = json!({ "error_code": error_code, "resource_info": resource });
        self.is_error(409, 6, message, info);
    }

    #[track_caller]
    pub(crate) fn is_precondition(&self, error_code: &str, message: &str, name: &str, id: &str) {
        let resource = json!({ "resource_name": name, "description": format!("{name} {id}") });
        let info = json!({ "error_code": error_code, "resource_info": resource });
        self.is_error(400, 9, message, info);
    }

    /// Checks that the only violation is this constraint of this field.
    #[track_caller]
    pub(crate) fn violates(&self, field: &str, constraint: &str) {
        let violations = &self.body["details"][0]["validation_error_info"]["field_violations"];
        let violation = json!({
            "field": field, "constraint": constraint, "description": violations[0]["description"],
        });
        let description = text(&violation["description"]);
        let info = json!({
            "error_code": "INVALID_ARGUMENT", "validation_error_info": { "field_violations": [violation] },
        });
        self.is_error(400, 3, &format!("{field}: {description}"), info);
        assert!(!description.is_empty());
    }
}

/// Returns the fields of a message that are set, for comparisons that are not about the defaults.
/// The cases of `tests/table` compare whole responses.
pub(crate) fn set_fields(message: &Value) -> Value {
    match message {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), set_fields(value)))
            .filter(|(_, value)| !is_default(value))
            .collect(),
        Value::Array(list) => list.iter().map(set_fields).collect(),
        other => other.clone(),
    }
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::String(text) => text.is_empty() || text == "0" || text.ends_with("_UNSPECIFIED"),
        Value::Number(number) => number.as_f64() == Some(0.0),
        other => *other == json!(false),
    }
}

#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is not a string"))
        .to_owned()
}

/// Returns one field of every row.
pub(crate) fn column(rows: &Value, field: &str) -> Vec<String> {
    rows.as_array()
        .into_iter()
        .flatten()
        .map(|row| text(&row[field]))
        .collect()
}
