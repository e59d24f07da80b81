//! The HTTP client of the tests: no redirect, a status is an answer and not an error, and every answer is checked
//! for what all answers promise (headers, French problems, nothing internal).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use ureq::http;

use super::postgres::random_hex;

/// Text that no answer may hold: Rust, SQL and serde speak English and tell too much.
const INTERNAL: [&str; 14] = [
    "invalid type",
    "missing field",
    "unknown field",
    "unknown variant",
    "expected ",
    "at line ",
    "panicked",
    "diesel",
    "sqlite",
    "postgres",
    "SELECT ",
    "INSERT ",
    ".rs:",
    "RUST_BACKTRACE",
];

/// One caller: an address and, mostly, a token.
#[derive(Clone)]
pub(crate) struct Client {
    agent: ureq::Agent,
    base: String,
    jeton: Option<String>,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// The request, for messages.
    pub(crate) request: String,
    /// The status code.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: http::HeaderMap,
    /// The bytes of the body.
    pub(crate) body: Vec<u8>,
}

/// A problem of RFC 9457, read and checked.
#[derive(Debug)]
pub(crate) struct Problem {
    /// Its stable code.
    pub(crate) code: String,
    /// The rule's number.
    pub(crate) regle: Option<String>,
    /// `(pointeur, code)` of each error, in the order sent; a parameter is written `?name`.
    pub(crate) erreurs: Vec<(String, String)>,
}

impl Client {
    /// A caller without a token.
    pub(crate) fn anonymous(base: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(60)))
            .max_idle_connections_per_host(64)
            .build()
            .into();
        Self { agent, base: base.to_owned(), jeton: None }
    }

    /// The same caller with another token.
    pub(crate) fn with_token(&self, jeton: &str) -> Self {
        Self { jeton: Some(jeton.to_owned()), ..self.clone() }
    }

    /// The token of this caller.
    pub(crate) fn token(&self) -> &str {
        self.jeton.as_deref().expect("un jeton")
    }

    /// The address of the server: `http://127.0.0.1:port`.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// GET.
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None)
    }

    /// POST of JSON under a fresh `Idempotency-Key`.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_with_key(path, &random_hex(), body)
    }

    /// POST of JSON under a chosen `Idempotency-Key`.
    pub(crate) fn post_with_key(&self, path: &str, key: &str, body: &Value) -> Reply {
        self.send("POST", path, &[JSON, ("Idempotency-Key", key)], Some(body.to_string().as_bytes()))
    }

    /// POST of JSON without an `Idempotency-Key`: what the batch of acknowledgements takes.
    pub(crate) fn post_without_key(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &[JSON], Some(body.to_string().as_bytes()))
    }

    /// PUT of JSON on a natural key.
    pub(crate) fn put(&self, path: &str, body: &Value) -> Reply {
        self.send("PUT", path, &[JSON], Some(body.to_string().as_bytes()))
    }

    /// PATCH of JSON under `If-Match`.
    pub(crate) fn patch(&self, path: &str, etag: &str, body: &Value) -> Reply {
        self.send("PATCH", path, &[JSON, ("If-Match", etag)], Some(body.to_string().as_bytes()))
    }

    /// Any request; the token is added unless an `Authorization` header is given.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Reply {
        self.try_send(method, path, headers, body).unwrap_or_else(|e| panic!("{method} {path} : {e}"))
    }

    /// Any request, when the server may be dead.
    pub(crate) fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Reply, ureq::Error> {
        let mut request = http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        let given = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        if let (Some(jeton), false) = (&self.jeton, given) {
            request = request.header("Authorization", format!("Bearer {jeton}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = match body {
            Some(body) => self.agent.run(request.body(body).expect("requête"))?,
            None => self.agent.run(request.body(()).expect("requête"))?,
        };
        let mut bytes = Vec::new();
        answer.body_mut().as_reader().read_to_end(&mut bytes).map_err(ureq::Error::Io)?;
        let reply = Reply {
            request: format!("{method} {path}"),
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: bytes,
        };
        reply.check();
        Ok(reply)
    }

    /// Bytes sent as they are, for what no client would send; returns everything received until the server closes.
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        let address = self.base.trim_start_matches("http://");
        let mut socket = TcpStream::connect(address).expect("connexion");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("délai");
        // The server may answer and close before everything is sent: that is an answer too.
        let _ = socket.write_all(bytes);
        let mut received = Vec::new();
        let _ = socket.read_to_end(&mut received);
        String::from_utf8_lossy(&received).into_owned()
    }
}

/// The header of a JSON body.
pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");

impl Reply {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The strong ETag.
    pub(crate) fn etag(&self) -> String {
        let etag = self.header("ETag").unwrap_or_else(|| panic!("{} : pas d’ETag", self.request));
        assert!(etag.starts_with('"') && etag.ends_with('"'), "a strong ETag is asked for: {etag}");
        etag.to_owned()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{self} : {e}"))
    }

    /// Asserts the status, and gives the JSON body (`null` when there is none).
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self}");
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// Asserts a refusal, its code, and the shape that every refusal has.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) -> Problem {
        let problem = self.problem(status);
        assert_eq!(problem.code, code, "{self}");
        problem
    }

    /// Asserts a refusal, whatever its code, and the shape that every refusal has.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> Problem {
        assert_eq!(self.status, status, "{self}");
        let kind = self.header("Content-Type").unwrap_or_default();
        assert!(kind.starts_with("application/problem+json"), "{kind}: {self}");
        Problem::read(&self.json())
    }

    /// What every answer promises, whoever asks for whatever.
    #[track_caller]
    fn check(&self) {
        let header = |name: &str| self.header(name).unwrap_or_default();
        assert_ne!(self.status, 500, "{self}");
        assert!(!header("X-Request-Id").is_empty(), "no X-Request-Id: {self}");
        assert_eq!(header("X-Content-Type-Options"), "nosniff", "{self}");
        assert!(self.headers.get("Server").is_none(), "the server must not name itself: {self}");
        assert!(self.headers.get("Access-Control-Allow-Origin").is_none(), "no CORS by default: {self}");
        let request = self.request.split(' ').nth(1).unwrap_or_default();
        if request.starts_with("/v1/") || request.starts_with("/oauth2/") {
            assert!(header("Cache-Control").contains("no-store"), "no Cache-Control: no-store: {self}");
            assert!(!header("Content-Security-Policy").is_empty(), "no Content-Security-Policy: {self}");
        }
        if self.status >= 400 {
            let text = self.text();
            for internal in INTERNAL {
                assert!(!text.contains(internal), "an error says « {internal} »: {self}");
            }
            let id = header("X-Request-Id");
            assert!(!text.contains(id), "the request id belongs in its header alone: {self}");
        }
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text: String = self.text().chars().take(2000).collect();
        write!(f, "{} -> {} {text}", self.request, self.status)
    }
}

impl Problem {
    /// Reads a problem and asserts its shape; a line of a batch carries one too.
    #[track_caller]
    pub(crate) fn read(value: &Value) -> Self {
        let members = value.as_object().unwrap_or_else(|| panic!("a problem is an object: {value}"));
        for member in members.keys() {
            let known = ["type", "title", "status", "detail", "code", "regle", "erreurs"];
            assert!(known.contains(&member.as_str()), "unknown member `{member}`: {value}");
        }
        for member in ["type", "title", "detail", "code"] {
            assert!(value[member].as_str().is_some_and(|text| !text.is_empty()), "no `{member}`: {value}");
        }
        assert!(value["status"].is_u64(), "no `status`: {value}");
        let errors = value["erreurs"].as_array().cloned().unwrap_or_default();
        let erreurs = errors
            .iter()
            .map(|error| {
                let place = match (error["pointeur"].as_str(), error["parametre"].as_str()) {
                    (Some(pointer), None) if pointer.is_empty() || pointer.starts_with('/') => {
                        pointer.to_owned()
                    }
                    (None, Some(parameter)) => format!("?{parameter}"),
                    _ => panic!("an error has a pointer (RFC 6901) or a parameter: {value}"),
                };
                assert!(error["message"].as_str().is_some_and(|m| !m.is_empty()), "no `message`: {value}");
                (place, error["code"].as_str().expect("`code`").to_owned())
            })
            .collect();
        Self {
            code: value["code"].as_str().expect("`code`").to_owned(),
            regle: value["regle"].as_str().map(str::to_owned),
            erreurs,
        }
    }

    /// The pointers, sorted.
    pub(crate) fn pointers(&self) -> Vec<&str> {
        let mut pointers: Vec<&str> = self.erreurs.iter().map(|(pointer, _)| pointer.as_str()).collect();
        pointers.sort_unstable();
        pointers
    }
}
