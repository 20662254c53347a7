//! `/oauth/authorize` (RFC 6749 section 4.1.1, OpenID Connect Core 1.0 section 3.1.2).

use http::Method;
use jiff::SignedDuration;

use super::grants::{Code, Grant};
use super::login::{self, Wanted};
use super::{page, pkce};
use crate::app::App;
use crate::http::{Pairs, Reply, Request};
use crate::state::{FAILURE, OAuthClient};

/// How long a code can be exchanged, in seconds.
const CODE_LIFETIME: i64 = 300;

/// Parameters that may stand only once (RFC 6749 section 3.1).
const SINGLE: [&str; 8] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
];

/// A request whose client and redirect URI are known, so that its errors can go back to the application.
struct Authorization<'p> {
    client: OAuthClient,
    redirect: url::Url,
    /// As it was given: the token request must repeat it letter by letter.
    redirect_uri: String,
    parameters: &'p Pairs,
}

/// An error for the application.
struct Denied(&'static str, String);

pub(super) async fn answer(app: &App, request: &Request) -> anyhow::Result<Reply> {
    // The login page posts to the URL it was shown at, so the parameters stand in the query both times.
    let parameters = request.query();
    let authorization = match Authorization::new(app, &parameters) {
        Ok(authorization) => authorization,
        Err(problem) => return page::error(&problem),
    };
    let answered = match authorization.check() {
        Ok(wanted) if request.method == Method::POST => authorization.submitted(app, request, &wanted).await,
        Ok(wanted) if app.config.auto_approve => authorization.approve(app, request, &wanted).await,
        Ok(_)
            if parameters
                .get("prompt")
                .is_some_and(|prompt| prompt.split(' ').any(|word| word == "none")) =>
        {
            Err(Denied(
                "login_required",
                "nobody is logged in, and prompt=none shows no login page".to_owned(),
            ))
        }
        Ok(wanted) => return login::show(app, request, &wanted, authorization.redirect.as_str(), None),
        Err(denied) => Err(denied),
    };
    match answered {
        Ok(Outcome::Back(location)) => Ok(Reply::redirect(&location)),
        Ok(Outcome::Again(wanted, problem)) => login::show(
            app,
            request,
            &wanted,
            authorization.redirect.as_str(),
            Some(problem),
        ),
        Err(Denied(code, description)) => {
            let back = authorization.back(app, &[("error", code), ("error_description", &description)]);
            Ok(Reply::redirect(&back))
        }
    }
}

/// Where the browser goes.
enum Outcome {
    /// To the application, with a code.
    Back(String),
    /// To the login page once more, with what was wrong.
    Again(Wanted, String),
}

impl<'p> Authorization<'p> {
    /// # Errors
    /// What keeps the browser from being sent back at all, in words.
    fn new(app: &App, parameters: &'p Pairs) -> Result<Self, String> {
        let id = parameters
            .get("client_id")
            .ok_or("The request has no client_id.")?;
        let client = app.read().oauth_client(&app.ctx(), id);
        let client = client.ok_or("The client_id is unknown.")?;
        let given = parameters
            .get("redirect_uri")
            .ok_or("The request has no redirect_uri.")?;
        if parameters.repeats("client_id") || parameters.repeats("redirect_uri") {
            return Err("client_id and redirect_uri may stand only once.".to_owned());
        }
        let redirect = url::Url::parse(given).map_err(|_| "The redirect_uri is not an absolute URL.")?;
        if redirect.fragment().is_some() {
            return Err("The redirect_uri must have no fragment.".to_owned());
        }
        if matches!(redirect.scheme(), "javascript" | "data" | "vbscript" | "file") {
            return Err("The redirect_uri has a scheme that no application has.".to_owned());
        }
        if client.machine && client.redirect_uris.is_empty() {
            return Err("The client has no redirect_uri.".to_owned());
        }
        let state = app.read();
        let started = app.config.redirect_uris.iter();
        let mut allowed = (started.chain(&state.redirect_uris).chain(&client.redirect_uris)).peekable();
        if allowed.peek().is_some() && !allowed.any(|uri| uri == given) {
            return Err("The redirect_uri is not one of the configured ones.".to_owned());
        }
        Ok(Self {
            client,
            redirect,
            redirect_uri: given.to_owned(),
            parameters,
        })
    }

    fn check(&self) -> Result<Wanted, Denied> {
        let invalid = |description: String| Denied("invalid_request", description);
        let parameters = self.parameters;
        if let Some(twice) = SINGLE.into_iter().find(|name| parameters.repeats(name)) {
            return Err(invalid(format!("{twice} is there more than once")));
        }
        match parameters.get("response_type") {
            Some("code") => {}
            None => return Err(invalid("response_type is missing".to_owned())),
            Some(other) => {
                return Err(Denied(
                    "unsupported_response_type",
                    format!("response_type {other:?} is not code"),
                ));
            }
        }
        match (
            parameters.get("code_challenge"),
            parameters.get("code_challenge_method"),
        ) {
            (Some(challenge), Some("S256")) if pkce::well_formed(challenge) => {}
            (None, None) if self.client.enforce_pkce => {
                return Err(invalid(
                    "the client needs PKCE, and code_challenge is missing".to_owned(),
                ));
            }
            (None, None) => {}
            (Some(_), Some("S256")) => {
                return Err(invalid("code_challenge is not the hash of a verifier".to_owned()));
            }
            // RFC 7636 lets an absent method mean `plain`, which the service does not offer.
            (Some(_), _) => return Err(invalid("code_challenge_method must be S256".to_owned())),
            (None, Some(_)) => return Err(invalid("code_challenge is missing".to_owned())),
        }
        let text = |name: &str| parameters.get(name).unwrap_or_default().to_owned();
        Ok(Wanted {
            client_id: self.client.id.clone(),
            email: text("login_hint"),
            organization_id: text("organization_id"),
            connection_id: text("connection_id"),
            domain: Some(text("domain_hint"))
                .filter(|domain| !domain.is_empty())
                .unwrap_or_else(|| text("domain")),
        })
    }

    /// What the login page sent.
    async fn submitted(&self, app: &App, request: &Request, wanted: &Wanted) -> Result<Outcome, Denied> {
        let form = request.form();
        if form.get("decision") == Some("deny") {
            login::note(app, wanted, FAILURE);
            return Err(Denied("access_denied", "the user cancelled the login".to_owned()));
        }
        let chosen = Wanted {
            client_id: wanted.client_id.clone(),
            email: form.get("email").unwrap_or_default().trim().to_owned(),
            organization_id: form.get("organization").unwrap_or_default().to_owned(),
            connection_id: form.get("connection").unwrap_or_default().to_owned(),
            domain: wanted.domain.clone(),
        };
        match login::log_in(app, request, &chosen).await {
            Ok(grant) => Ok(self.with_code(app, grant)),
            Err(problem) => Ok(Outcome::Again(chosen, problem)),
        }
    }

    async fn approve(&self, app: &App, request: &Request, wanted: &Wanted) -> Result<Outcome, Denied> {
        let wanted = login::whoever(app, wanted);
        let grant = login::log_in(app, request, &wanted).await;
        let grant = grant.map_err(|problem| Denied("access_denied", problem))?;
        Ok(self.with_code(app, grant))
    }

    fn with_code(&self, app: &App, grant: Grant) -> Outcome {
        let scope = self.parameters.get("scope").unwrap_or("openid profile email");
        let now = app.clock.now();
        let expires = now
            .saturating_add(SignedDuration::from_secs(CODE_LIFETIME))
            .unwrap_or(now);
        let code = app.change(|state| {
            let grant = Grant {
                scope: scope.split_whitespace().collect::<Vec<_>>().join(" "),
                nonce: self.parameters.get("nonce").map(str::to_owned),
                family: state.grants.new_family(),
                ..grant
            };
            let challenge = self.parameters.get("code_challenge").map(str::to_owned);
            state.grants.add_code(
                Code {
                    grant,
                    redirect_uri: self.redirect_uri.clone(),
                    challenge,
                },
                expires,
            )
        });
        Outcome::Back(self.back(app, &[("code", &code)]))
    }

    /// The redirect URI with an answer, the request's `state` and the issuer (RFC 9207).
    fn back(&self, app: &App, answer: &[(&str, &str)]) -> String {
        let mut location = self.redirect.clone();
        let mut query = location.query_pairs_mut();
        query.extend_pairs(answer);
        if let Some(state) = self.parameters.get("state") {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &app.url);
        drop(query);
        location.into()
    }
}
