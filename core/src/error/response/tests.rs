use super::*;

fn read(status: u16, body: &str) -> Error {
    Error::from_response(
        StatusCode::from_u16(status).unwrap(),
        &HeaderMap::new(),
        body.as_bytes(),
    )
}

#[test]
fn reads_the_service_s_error() {
    let body = json!({"code": 5, "message": "organization not found", "details": [{
        "@type": "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo",
        "error_code": "RESOURCE_NOT_FOUND",
        "request_info": {"request_id": "req_1"},
    }]});
    let error = read(404, &body.to_string()).with_operation("OrganizationService.GetOrganization");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        (error.status(), error.grpc_code()),
        (Some(404), Some(Code::NotFound))
    );
    assert_eq!(error.error_code(), Some("RESOURCE_NOT_FOUND"));
    assert_eq!(error.request_id(), Some("req_1"));
    assert_eq!(error.details(), &body["details"]);
    assert_eq!(
        error.to_string(),
        "OrganizationService.GetOrganization: organization not found (HTTP 404, RESOURCE_NOT_FOUND, request req_1)"
    );
}

#[test]
fn the_code_takes_precedence_over_the_status() {
    assert_eq!(
        read(500, r#"{"code":6,"message":"m"}"#).kind(),
        ErrorKind::Conflict
    );
    assert_eq!(
        read(400, r#"{"code":"permission_denied"}"#).kind(),
        ErrorKind::Forbidden
    );
    assert_eq!(
        read(409, r#"{"code":99,"message":"m"}"#).kind(),
        ErrorKind::Conflict
    );
    assert_eq!(
        read(503, r#"{"code":0,"message":"m"}"#).kind(),
        ErrorKind::ServiceUnavailable
    );
}

#[test]
fn tool_errors_are_recognized() {
    let by_code = r#"{"code":8,"message":"slow down","details":[{"error_code":"TOOL_ERROR"}]}"#;
    let error = read(429, by_code);
    assert_eq!(
        (error.kind(), error.is_tool()),
        (ErrorKind::TooManyRequests, true)
    );
    let by_info = r#"{"code":3,"message":"no","details":[{"error_code":"X","tool_error_info":{"execution_id":"e"}}]}"#;
    let error = read(400, by_info);
    assert_eq!(
        (error.kind(), error.is_tool()),
        (ErrorKind::BadRequest, true)
    );
}

#[test]
fn reads_the_token_endpoint_s_error() {
    let error = read(
        401,
        r#"{"error":"invalid_client","error_description":"unknown client"}"#,
    );
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(error.error_code(), Some("invalid_client"));
    assert_eq!(error.message(), "invalid_client: unknown client");
}

#[test]
fn any_other_body_has_the_class_of_its_status() {
    for body in ["", "<html>nginx</html>", "{\"mess", "[1]", "null", "\u{0}"] {
        let error = read(502, body);
        assert_eq!(
            (error.kind(), error.grpc_code()),
            (ErrorKind::InternalServer, Some(Code::Internal))
        );
        let detail = error.details()["body"].as_str().unwrap_or_default();
        assert_eq!(detail, body);
    }
    assert_eq!(read(418, "teapot").kind(), ErrorKind::Unknown);
    let moved = read(302, "");
    assert_eq!(
        (moved.kind(), moved.status(), moved.http_status()),
        (ErrorKind::InternalServer, Some(302), Some(500))
    );
    let long = read(500, &"é".repeat(100_000)).redact(&[]);
    assert_eq!(long.details()["body"].as_str().map(str::len), Some(SNIPPET));
    let long = read(500, &json!({"message": "é".repeat(100_000)}).to_string()).redact(&[]);
    assert_eq!(long.message().len(), MESSAGE);
}

#[test]
fn an_excerpt_never_shows_a_secret_or_its_beginning() {
    let secret = "s3cret-value-of-the-client";
    for filler in 100..200 {
        let body = format!("<p>{}</p> client_secret={secret}", "x".repeat(filler));
        let error = read(400, &body).redact(&[secret]);
        let message = error.message();
        assert!(
            message.starts_with("HTTP 400 with an HTML page: \"xx"),
            "{message}"
        );
        assert!(!message.contains("s3c") && message.len() < 250, "{message}");
    }
}

#[test]
fn an_echoed_secret_is_removed() {
    let error = read(
        400,
        r#"{"code":3,"message":"bad s3cret-value","details":[{"error_code":"s3cret-value","x":["s3cret-value"]}]}"#,
    );
    let error = error.redact(&["", "a", "s3cret-value"]);
    let shown = format!("{error} {error:?} {}", error.details());
    assert!(
        !shown.contains("s3cret") && shown.contains("bad"),
        "{shown}"
    );
}

#[test]
fn an_echoed_secret_is_removed_in_every_encoding_and_place() {
    let secret = "s3cret/+=value";
    for body in [
        json!({"message": "got client_secret=s3cret%2F%2B%3Dvalue"}).to_string(),
        json!({"message": "m", "details": [{"Bearer s3cret/+=value": 1}]}).to_string(),
        // At the place where the text is cut.
        "x".repeat(SNIPPET - 7) + secret,
    ] {
        let error = read(400, &body).redact(&[secret]);
        let shown = format!("{error} {error:?} {}", error.details());
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
