//! How often one caller may call: counted per agent once it is known, else per address; bounded memory (R28).

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use domain::identifiant::AgentId;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::ApiError;
use crate::settings::Reseau;

/// Addresses share this many counters: a flood of them cannot fill the memory, at worst two strangers share one.
const COMPTEURS: u64 = 1 << 18;
/// Addresses of `X-Forwarded-For` that are looked at.
const SAUTS_MAX: usize = 16;

/// The counters of one process.
pub struct Debit {
    limites: Option<Limites>,
    proxies: Vec<Reseau>,
}

struct Limites {
    horloge: DefaultClock,
    /// As many as there are agents: a token names one that exists.
    agents: DefaultKeyedRateLimiter<AgentId>,
    adresses: DefaultKeyedRateLimiter<u64>,
    hasard: RandomState,
}

impl Debit {
    /// Lets each caller through this many times a minute; 0 lets everybody through.
    pub fn new(par_minute: u32, proxies: Vec<Reseau>) -> Self {
        let limites = NonZeroU32::new(par_minute).map(|nombre| Limites {
            horloge: DefaultClock::default(),
            agents: RateLimiter::keyed(Quota::per_minute(nombre)),
            adresses: RateLimiter::keyed(Quota::per_minute(nombre)),
            hasard: RandomState::new(),
        });
        Self { limites, proxies }
    }

    /// Counts a request of an agent whose token was verified; to be called before anything is read or done.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn count_agent(&self, agent: AgentId) -> Result<(), ApiError> {
        let Some(limites) = &self.limites else { return Ok(()) };
        limites.agents.check_key(&agent).map_err(|refus| limites.too_many(&refus))
    }

    /// Counts a request that no verified token accompanies.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn count_address(&self, req: &HttpRequest) -> Result<(), ApiError> {
        let Some(limites) = &self.limites else { return Ok(()) };
        let voisin = req.peer_addr().map(|adresse| adresse.ip());
        let adresse = voisin.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |ip| self.client(ip, req.headers()));
        let compteur = limites.hasard.hash_one(network(adresse)) % COMPTEURS;
        limites.adresses.check_key(&compteur).map_err(|refus| limites.too_many(&refus))
    }

    /// Who calls: the neighbour, or, when it is a trusted proxy, the last address of `X-Forwarded-For` that is not
    /// one. What is left of that address is only what the caller says.
    fn client(&self, voisin: IpAddr, entetes: &HeaderMap) -> IpAddr {
        let mut client = voisin;
        let lignes: Vec<&str> = entetes.get_all("x-forwarded-for").filter_map(|v| v.to_str().ok()).collect();
        for saut in lignes.iter().rev().flat_map(|ligne| ligne.rsplit(',')).take(SAUTS_MAX) {
            if !self.proxies.iter().any(|proxy| proxy.contains(client)) {
                break;
            }
            let Ok(adresse) = saut.trim().parse() else { break };
            client = adresse;
        }
        client
    }
}

impl Limites {
    fn too_many(&self, refus: &governor::NotUntil<<DefaultClock as Clock>::Instant>) -> ApiError {
        let attente = refus.wait_time_from(self.horloge.now());
        ApiError::trop_de_requetes(attente.as_secs() + 1)
    }
}

/// One subscriber holds a whole /64 in IPv6.
fn network(adresse: IpAddr) -> u128 {
    match adresse {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_ipv6_mapped().to_bits(),
            None => v6.to_bits() >> 64 << 64,
        },
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use uuid::Uuid;

    use super::*;

    fn request(voisin: &str, transmis: Option<&str>) -> HttpRequest {
        let requete = TestRequest::default().peer_addr(format!("{voisin}:1").parse().expect("adresse"));
        match transmis {
            Some(liste) => requete.insert_header(("X-Forwarded-For", liste)).to_http_request(),
            None => requete.to_http_request(),
        }
    }

    #[test]
    fn r28_agents_and_addresses_have_their_own_count() {
        let debit = Debit::new(3, Vec::new());
        let agents = [1, 2].map(|n| AgentId(Uuid::from_u128(n)));
        for _ in 0..3 {
            assert!(debit.count_agent(agents[0]).is_ok());
            assert!(debit.count_address(&request("192.0.2.1", None)).is_ok());
        }
        let refus = debit.count_agent(agents[0]).expect_err("429");
        assert_eq!(refus.statut(), 429);
        assert!(debit.count_agent(agents[1]).is_ok());
        assert!(debit.count_address(&request("192.0.2.1", None)).is_err());
        assert!(debit.count_address(&request("192.0.2.2", None)).is_ok());
    }

    #[test]
    fn r28_zero_lets_everybody_through() {
        let debit = Debit::new(0, Vec::new());
        assert!((0..10_000).all(|_| debit.count_address(&request("192.0.2.1", None)).is_ok()));
    }

    #[test]
    fn r28_forwarded_addresses_count_behind_a_trusted_proxy_only() {
        let proxies = vec![Reseau::parse("10.0.0.0/8").expect("réseau")];
        let debit = Debit::new(1, proxies);
        let client = |voisin: &str, transmis: &str| {
            let req = request(voisin, Some(transmis));
            debit.client(voisin.parse().expect("ip"), req.headers()).to_string()
        };
        assert_eq!(client("192.0.2.9", "198.51.100.1"), "192.0.2.9");
        assert_eq!(client("10.0.0.1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(client("10.0.0.1", "203.0.113.5, 198.51.100.1, 10.0.0.2"), "198.51.100.1");
        assert_eq!(client("10.0.0.1", "inconnu, 10.0.0.2"), "10.0.0.2");
    }

    #[test]
    fn r28_memory_stays_bounded_whatever_the_addresses() {
        let debit = Debit::new(1, vec![Reseau::parse("10.0.0.1").expect("réseau")]);
        for n in 0..300_000_u32 {
            let adresse = IpAddr::from((u128::from(n) << 64).to_be_bytes());
            let limites = debit.limites.as_ref().expect("limites");
            drop(limites.adresses.check_key(&(limites.hasard.hash_one(network(adresse)) % COMPTEURS)));
        }
        assert!(debit.limites.expect("limites").adresses.len() as u64 <= COMPTEURS);
    }
}
