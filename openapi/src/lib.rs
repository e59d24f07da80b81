//! Maillage.
