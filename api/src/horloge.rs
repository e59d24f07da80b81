//! The clock and the randomness of the process: the one place that reads either.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use uuid::Uuid;

/// Where the instants come from. Everything below it receives `now` as a parameter, so that one request sees
/// one instant and a test can stand the day before a deadline.
#[derive(Debug, Clone)]
pub struct Horloge(Source);

#[derive(Debug, Clone)]
enum Source {
    Systeme,
    Mobile(Aiguilles),
}

/// The hands of a movable clock; clones move the same clock, from any thread.
#[derive(Debug, Clone)]
pub struct Aiguilles(Arc<AtomicI64>);

/// The system gave no randomness; nothing that needs a key, a secret or a name may go on.
#[derive(Debug, thiserror::Error)]
#[error("la source d’aléa du système est indisponible")]
pub struct AleaIndisponible;

impl Horloge {
    /// The clock of the machine.
    pub fn systeme() -> Self {
        Self(Source::Systeme)
    }

    /// A clock that stands still at `depart` until the hands returned with it are moved.
    pub fn mobile(depart: DateTime<Utc>) -> (Self, Aiguilles) {
        let aiguilles = Aiguilles(Arc::new(AtomicI64::new(depart.timestamp_micros())));
        (Self(Source::Mobile(aiguilles.clone())), aiguilles)
    }

    /// The current instant in UTC, truncated to the microsecond: what PostgreSQL can store, so that a value read
    /// back equals the value written.
    #[expect(clippy::disallowed_methods, reason = "the one place where the time enters the process")]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::Systeme => Utc::now().trunc_subsecs(6),
            Source::Mobile(aiguilles) => aiguilles.read(),
        }
    }
}

impl Aiguilles {
    /// Moves the clock to an instant, forward or back.
    pub fn set(&self, instant: DateTime<Utc>) {
        self.0.store(instant.timestamp_micros(), Ordering::SeqCst);
    }

    /// Moves the clock by a duration; a negative one sets it back.
    pub fn advance(&self, duree: TimeDelta) {
        self.0.fetch_add(duree.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
    }

    fn read(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}

/// An identifier for something created at `now`: UUID version 7, so that primary keys grow with time. It is a
/// name, never a secret.
pub fn new_id(now: DateTime<Utc>) -> Uuid {
    // AWS-LC aborts rather than return without entropy; should that change, two rows must still never share a
    // name, and no caller could do better than stop.
    let hasard = alea::<10>().unwrap_or_else(|_| std::process::abort());
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &hasard).into_uuid()
}

/// Bytes fit for keys and secrets.
pub fn alea<const N: usize>() -> Result<[u8; N], AleaIndisponible> {
    let mut octets = [0; N];
    aws_lc_rs::rand::fill(&mut octets).map_err(|_| AleaIndisponible)?;
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(texte: &str) -> DateTime<Utc> {
        texte.parse().expect("a valid instant")
    }

    #[test]
    fn system_clock_keeps_microseconds_only() {
        let now = Horloge::systeme().now();
        assert_eq!(now.timestamp_subsec_nanos() % 1_000, 0);
        assert!(now > instant("2026-01-01T00:00:00Z"));
    }

    #[test]
    fn movable_clock_stands_still_until_moved_from_another_thread() {
        let (horloge, aiguilles) = Horloge::mobile(instant("2026-12-31T22:59:59.123456Z"));
        assert_eq!(horloge.now(), horloge.now());
        let copie = horloge.clone();
        let main = aiguilles.clone();
        std::thread::spawn(move || main.advance(TimeDelta::seconds(2))).join().expect("no panic");
        assert_eq!(copie.now(), instant("2026-12-31T23:00:01.123456Z"));
        aiguilles.set(instant("2026-01-01T00:00:00Z"));
        assert_eq!(horloge.now(), instant("2026-01-01T00:00:00Z"));
    }

    #[test]
    fn ids_are_version_7_ordered_by_time_and_distinct() {
        let avant = new_id(instant("2026-11-24T10:00:00Z"));
        let apres = new_id(instant("2026-11-24T10:00:00.001Z"));
        assert_eq!(avant.get_version_num(), 7);
        assert_eq!(avant.get_variant(), uuid::Variant::RFC4122);
        assert!(avant < apres);
        let memes: std::collections::HashSet<_> =
            (0..1_000).map(|_| new_id(instant("2026-11-24T10:00:00Z"))).collect();
        assert_eq!(memes.len(), 1_000);
    }

    #[test]
    fn random_bytes_differ() {
        assert_ne!(alea::<32>().expect("random bytes"), alea::<32>().expect("random bytes"));
    }
}
