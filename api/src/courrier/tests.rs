//! What the e-mails say, byte for byte, and how they leave: against a mail server with real TLS.

mod envois;
mod exemples;
mod messages;

#[path = "../../../tests/appui/smtp.rs"]
mod smtp;
