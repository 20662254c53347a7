use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::error::ErrorKind;
use crate::schema::Verb;

const ID: Segment = Segment::Field {
    name: "id",
    or_external: false,
};
static TWO_ROUTES: Operation = Operation {
    name: "UserService.UpdateUser",
    package: "scalekit.v1.users",
    request: "scalekit.v1.users.UpdateUserRequest",
    response: "scalekit.v1.users.UpdateUserResponse",
    routes: &[
        Route {
            verb: Verb::Patch,
            path: &[Segment::Literal("/api/v1/users/"), ID],
            body: Body::Field("user"),
        },
        Route {
            verb: Verb::Patch,
            path: &[
                Segment::Literal("/api/v1/users:external/"),
                Segment::Field {
                    name: "external_id",
                    or_external: false,
                },
            ],
            body: Body::Field("user"),
        },
    ],
    tool: false,
};
static EXTERNAL: Operation = Operation {
    name: "DomainService.GetDomain",
    package: "scalekit.v1.domains",
    request: "scalekit.v1.domains.GetDomainRequest",
    response: "scalekit.v1.domains.GetDomainResponse",
    routes: &[Route {
        verb: Verb::Get,
        path: &[
            Segment::Literal("/api/v1/organizations/"),
            Segment::Field {
                name: "organization_id",
                or_external: true,
            },
            Segment::Literal("/domains/"),
            ID,
            Segment::Literal(":enable"),
        ],
        body: Body::None,
    }],
    tool: false,
};

fn prepare(
    operation: &'static Operation,
    fields: &[(&str, &str)],
) -> Result<PreparedRequest, Error> {
    let fields: BTreeMap<String, String> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    PreparedRequest::new(operation, |name| {
        Ok(fields.get(name).map(|text| Cow::Owned(text.clone())))
    })
}

#[test]
fn the_first_route_with_all_path_fields_is_selected() {
    let by_id = prepare(&TWO_ROUTES, &[("id", "usr_1")]).unwrap();
    assert_eq!(by_id.path, "/api/v1/users/usr_1");
    let by_external = prepare(&TWO_ROUTES, &[("id", ""), ("external_id", "a b/ü?#%")]).unwrap();
    assert_eq!(by_external.place("external_id"), Place::Path);
    assert_eq!(by_external.place("user"), Place::WholeBody);
    assert_eq!(by_external.place("mask"), Place::Query);
    assert_eq!(
        by_external.path,
        "/api/v1/users:external/a%20b%2F%C3%BC%3F%23%25"
    );
}

#[test]
fn the_error_names_missing_fields() {
    let error = prepare(&TWO_ROUTES, &[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(error.operation(), Some("UserService.UpdateUser"));
    assert_eq!(error.message(), "the request needs id, or external_id");
    let error = prepare(&EXTERNAL, &[("organization_id", "org_1")]).unwrap_err();
    assert_eq!(
        error.message(),
        "the request needs organization_id or external_id and id"
    );
}

#[test]
fn dot_segments_are_rejected() {
    for id in [".", ".."] {
        let error = prepare(&TWO_ROUTES, &[("id", id)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
    assert_eq!(
        prepare(&TWO_ROUTES, &[("id", "../x")]).unwrap().path,
        "/api/v1/users/..%2Fx"
    );
}

#[test]
fn an_external_organization_id_is_inserted_later() {
    let mut request = prepare(&EXTERNAL, &[("external_id", "tenant/1"), ("id", "dom_1")]).unwrap();
    assert_eq!(request.path, "/api/v1/organizations//domains/dom_1:enable");
    assert_eq!(
        request.external_organization.as_ref().unwrap().external_id,
        "tenant/1"
    );
    request.resolve_organization(&EXTERNAL, "org_7").unwrap();
    assert_eq!(
        request.path,
        "/api/v1/organizations/org_7/domains/dom_1:enable"
    );
    assert_eq!(request.external_organization, None);
}

proptest! {
    #[test]
    fn any_path_value_is_encoded(id in "\\PC{1,40}") {
        prop_assume!(id != "." && id != "..");
        let path = prepare(&TWO_ROUTES, &[("id", &id)]).unwrap().path;
        let url = url::Url::parse(&format!("https://example.com{path}")).unwrap();
        prop_assert_eq!(url.path(), &path, "a URL parser must not change the path");
        let last = url.path_segments().unwrap().next_back().unwrap().to_owned();
        let decoded = percent_encoding::percent_decode_str(&last).decode_utf8().unwrap().into_owned();
        prop_assert_eq!(decoded, id);
        prop_assert_eq!(url.query(), None);
        prop_assert_eq!(url.fragment(), None);
    }

    #[test]
    fn any_query_value_is_encoded(pairs in proptest::collection::vec(("\\PC{1,10}", ".{0,20}"), 1..5)) {
        let mut request = prepare(&TWO_ROUTES, &[("id", "usr_1")]).unwrap();
        for (name, value) in &pairs {
            request.push_query(name, value);
        }
        let url = format!("https://example.com{}?{}", request.path, request.query.unwrap());
        let read: Vec<(String, String)> = url::Url::parse(&url).unwrap().query_pairs().into_owned().collect();
        prop_assert_eq!(read, pairs);
    }
}
