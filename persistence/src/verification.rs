//! Proves that both journals are whole.
