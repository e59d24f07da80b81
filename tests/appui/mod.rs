//! What the tests stand on: databases, servers, client, mail server.

pub(crate) mod binaire;
pub(crate) mod client;
pub(crate) mod fouille;
pub(crate) mod menage;
pub(crate) mod postgres;
pub(crate) mod scenario;
pub(crate) mod schema;
pub(crate) mod serveur;
pub(crate) mod smtp;
pub(crate) mod sql;
