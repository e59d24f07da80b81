//! Networks of the proxies that we trust to say who calls.

use std::net::{IpAddr, Ipv6Addr};

/// An address, or a network (`10.0.0.0/8`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reseau {
    adresse: u128,
    masque: u128,
}

impl Reseau {
    /// Reads an address or a network in CIDR notation; `None` when it is neither.
    pub fn parse(texte: &str) -> Option<Self> {
        let (adresse, longueur) = match texte.split_once('/') {
            Some((adresse, longueur)) => (adresse, Some(longueur.parse::<u32>().ok()?)),
            None => (texte, None),
        };
        let adresse: IpAddr = adresse.trim().parse().ok()?;
        let (bits, decalage) = if adresse.is_ipv4() { (32, 96) } else { (128, 0) };
        let longueur = longueur.unwrap_or(bits);
        if longueur > bits {
            return None;
        }
        let masque = u128::MAX.checked_shl(128 - decalage - longueur).unwrap_or(0);
        Some(Self { adresse: number(adresse) & masque, masque })
    }

    /// Whether an address is in the network; an IPv4 address mapped in IPv6 is that IPv4 address.
    pub fn contains(&self, adresse: IpAddr) -> bool {
        number(adresse) & self.masque == self.adresse
    }
}

fn number(adresse: IpAddr) -> u128 {
    let v6: Ipv6Addr = match adresse {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    };
    v6.to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_their_addresses_and_no_other() {
        for (reseau, dedans, dehors) in [
            ("10.1.0.0/16", "10.1.255.3", "10.2.0.1"),
            ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
            ("2001:db8::/32", "2001:db8:1::1", "2001:db9::1"),
            ("10.0.0.0/8", "::ffff:10.9.9.9", "::10.9.9.9"),
            ("0.0.0.0/0", "192.0.2.1", "2001:db8::1"),
            ("::1", "::1", "127.0.0.1"),
        ] {
            let reseau = Reseau::parse(reseau).expect(reseau);
            assert!(reseau.contains(dedans.parse().expect("ip")), "{dedans}");
            assert!(!reseau.contains(dehors.parse().expect("ip")), "{dehors}");
        }
        assert!(Reseau::parse("::/0").expect("tout").contains("192.0.2.1".parse().expect("ip")));
    }

    #[test]
    fn what_is_not_a_network_is_refused() {
        for texte in ["", "proxy", "10.0.0.0/33", "10.0.0/8", "::1/129", "10.0.0.1/x", "/8"] {
            assert_eq!(Reseau::parse(texte), None, "{texte}");
        }
    }
}
