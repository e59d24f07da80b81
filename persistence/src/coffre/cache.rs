//! The dossier keys that are in memory: bounded, oldest forgotten first, wiped when forgotten.

use std::collections::HashMap;

use domain::identifiant::DossierId;

use super::cle::Cle;

/// Keys per generation; two generations are kept, 64 bytes or so each key.
const GENERATION: usize = 4096;

/// Two generations of keys: what is used moves to the young one; when that is full, the old one is dropped.
#[derive(Default)]
pub(super) struct Cache {
    jeunes: HashMap<(DossierId, i32), Cle>,
    anciennes: HashMap<(DossierId, i32), Cle>,
    courantes: HashMap<DossierId, i32>,
}

impl Cache {
    /// The key under which the dossier is sealed today.
    pub(super) fn current(&mut self, dossier: DossierId) -> Option<(i32, Cle)> {
        let version = *self.courantes.get(&dossier)?;
        self.get(dossier, version).map(|cle| (version, cle))
    }

    /// A key by its version.
    pub(super) fn get(&mut self, dossier: DossierId, version: i32) -> Option<Cle> {
        if let Some(cle) = self.jeunes.get(&(dossier, version)) {
            return Some(cle.clone());
        }
        let cle = self.anciennes.remove(&(dossier, version))?;
        self.insert_old(dossier, version, cle.clone());
        Some(cle)
    }

    /// Keeps the latest key of a dossier.
    pub(super) fn insert(&mut self, dossier: DossierId, version: i32, cle: Cle) {
        self.insert_old(dossier, version, cle);
        self.courantes.insert(dossier, version);
    }

    /// Keeps a key that may not be the latest.
    pub(super) fn insert_old(&mut self, dossier: DossierId, version: i32, cle: Cle) {
        if self.jeunes.len() >= GENERATION {
            self.anciennes = std::mem::take(&mut self.jeunes);
            let anciennes = &self.anciennes;
            self.courantes.retain(|dossier, version| anciennes.contains_key(&(*dossier, *version)));
        }
        self.jeunes.insert((dossier, version), cle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_memory_are_bounded_and_the_used_ones_stay() {
        let mut cache = Cache::default();
        let cle = Cle::draw().unwrap();
        let dossier = |n: u128| DossierId(uuid::Uuid::from_u128(n));
        for n in 0..20_000 {
            cache.insert(dossier(n), 1, cle.clone());
            assert!(cache.current(dossier(0)).is_some(), "used at each turn, gone after {n}");
        }
        assert!(cache.current(dossier(1)).is_none());
        assert!(cache.jeunes.len() + cache.anciennes.len() <= 2 * GENERATION);
        assert!(cache.courantes.len() <= 2 * GENERATION);
    }
}
