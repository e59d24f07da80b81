//! Maillage.
fn main() {}
