//! What the tests stand on: databases, servers, client, mail server.

pub(crate) mod postgres;
