//! Chance as a parameter: the system's for the product, a seeded one for demo data that are the same each time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest::{Context, SHA256};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::horloge;

/// Where identifiers and draws come from. Never for keys nor secrets: those call `horloge::alea`.
#[derive(Debug, Clone, Default)]
pub enum Hasard {
    /// The system's.
    #[default]
    Systeme,
    /// A sequence that a seed alone decides: demo data.
    Graine(Graine),
}

/// A seed and how far its sequence has come.
#[derive(Debug, Clone)]
pub struct Graine {
    texte: String,
    rang: Arc<AtomicU64>,
}

impl Hasard {
    /// The sequence of a seed.
    pub fn seeded(texte: impl Into<String>) -> Self {
        Self::Graine(Graine { texte: texte.into(), rang: Arc::new(AtomicU64::new(0)) })
    }

    /// An identifier for something made at `now`: UUID version 7.
    pub fn id(&self, now: DateTime<Utc>) -> Uuid {
        match self {
            Self::Systeme => horloge::new_id(now),
            Self::Graine(_) => {
                let [a, b, c, d, e, f, g, h] = self.draw();
                let [i, j, ..] = self.draw();
                let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
                let hasard = [a, b, c, d, e, f, g, h, i, j];
                uuid::Builder::from_unix_timestamp_millis(millis, &hasard).into_uuid()
            }
        }
    }

    /// Eight bytes.
    pub fn draw(&self) -> [u8; 8] {
        match self {
            // A name, not a secret: an identifier made now carries enough chance in its last eight bytes.
            Self::Systeme => last_eight(horloge::new_id(DateTime::UNIX_EPOCH).as_bytes()),
            Self::Graine(graine) => {
                let mut contexte = Context::new(&SHA256);
                contexte.update(graine.texte.as_bytes());
                contexte.update(&graine.rang.fetch_add(1, Ordering::Relaxed).to_be_bytes());
                last_eight(contexte.finish().as_ref())
            }
        }
    }
}

fn last_eight(octets: &[u8]) -> [u8; 8] {
    octets.last_chunk::<8>().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_sequence_other_seed_other_sequence() {
        let suite = |texte: &str| {
            let hasard = Hasard::seeded(texte);
            (hasard.id(DateTime::UNIX_EPOCH), hasard.draw(), hasard.draw())
        };
        assert_eq!(suite("77"), suite("77"));
        assert_ne!(suite("77"), suite("69M"));
        assert_ne!(suite("77").1, suite("77").2);
    }

    #[test]
    fn system_draws_differ() {
        assert_ne!(Hasard::Systeme.draw(), Hasard::Systeme.draw());
    }
}
