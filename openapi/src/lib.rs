//! The contract: what travels on the wire, and the document that describes it.

pub mod page;
pub mod probleme;
