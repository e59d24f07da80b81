//! The form of a sealed value: format, key version, nonce, then AES-256-GCM-SIV's ciphertext and tag.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

use super::cle::Cle;
use crate::erreur::Scellement;

/// The one format so far. It stands in clear in the first byte, and is authenticated with the rest.
const FORMAT: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;
const ENTETE: usize = 1 + 4 + NONCE;

/// Seals under a fresh random nonce. A nonce drawn twice under one key would only show that two values are equal:
/// that is why the mode is SIV.
pub(super) fn seal(cle: &Cle, version: i32, lieu: &[u8], clair: &[u8]) -> Result<Vec<u8>, Scellement> {
    let chiffre = cipher(cle)?;
    // The clear bytes are enciphered in place: room for the tag first, so that no copy of them is left behind.
    let mut corps = Zeroizing::new(Vec::with_capacity(clair.len() + TAG));
    corps.extend_from_slice(clair);
    let nonce = chiffre
        .seal_in_place_append_tag(Aad::from(bound(version, lieu)), &mut *corps)
        .map_err(|_| Scellement::Chiffre)?;
    let mut sortie = Vec::with_capacity(ENTETE + corps.len());
    sortie.push(FORMAT);
    sortie.extend_from_slice(&version.to_be_bytes());
    sortie.extend_from_slice(nonce.as_ref());
    sortie.extend_from_slice(&corps);
    Ok(sortie)
}

/// The version of the key that sealed it, read before the key is fetched; it is authenticated with the rest.
pub(super) fn version(scelle: &[u8]) -> Result<i32, Scellement> {
    split(scelle).map(|(version, _, _)| version)
}

/// Opens a sealed value.
pub(super) fn open(cle: &Cle, lieu: &[u8], scelle: &[u8]) -> Result<Zeroizing<Vec<u8>>, Scellement> {
    let (version, nonce, corps) = split(scelle)?;
    let chiffre = cipher(cle)?;
    let mut clair = Zeroizing::new(corps.to_vec());
    let longueur = chiffre
        .open_in_place(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bound(version, lieu)),
            clair.as_mut_slice(),
        )
        .map_err(|_| Scellement::Refuse)?
        .len();
    clair.truncate(longueur);
    Ok(clair)
}

/// The bytes that a value is bound to: each part preceded by its length.
pub(super) fn label(parties: &[&[u8]]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(parties.iter().map(|partie| partie.len() + 8).sum());
    for partie in parties {
        octets.extend_from_slice(&length(partie));
        octets.extend_from_slice(partie);
    }
    octets
}

/// The length that precedes each part of what is authenticated.
pub(crate) fn length(partie: &[u8]) -> [u8; 8] {
    u64::try_from(partie.len()).unwrap_or(u64::MAX).to_be_bytes()
}

fn bound(version: i32, lieu: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(lieu.len() + 5);
    octets.push(FORMAT);
    octets.extend_from_slice(&version.to_be_bytes());
    octets.extend_from_slice(lieu);
    octets
}

fn cipher(cle: &Cle) -> Result<RandomizedNonceKey, Scellement> {
    RandomizedNonceKey::new(&AES_256_GCM_SIV, cle.octets()).map_err(|_| Scellement::Chiffre)
}

fn split(scelle: &[u8]) -> Result<(i32, [u8; NONCE], &[u8]), Scellement> {
    let (format, reste) = scelle.split_first().ok_or(Scellement::Format)?;
    let (version, reste) = reste.split_first_chunk::<4>().ok_or(Scellement::Format)?;
    let (nonce, corps) = reste.split_first_chunk::<NONCE>().ok_or(Scellement::Format)?;
    if *format != FORMAT || corps.len() < TAG {
        return Err(Scellement::Format);
    }
    Ok((i32::from_be_bytes(*version), *nonce, corps))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sealed once under the key 07…07, at the place `lieu`: every later program must open it.
    const GELE: &str = "01000000034bcf6b7996b933b3aeea16cb239e9a1b433626ddfad96bf5ea4fcbc5f2b65f1b";

    #[test]
    fn the_envelope_is_frozen() {
        let cle = Cle::from_slice(&[7; 32]).unwrap();
        let scelle: Vec<u8> = GELE
            .as_bytes()
            .chunks(2)
            .map(|c| u8::from_str_radix(std::str::from_utf8(c).unwrap(), 16).unwrap())
            .collect();
        assert_eq!(version(&scelle).unwrap(), 3);
        assert_eq!(*open(&cle, b"lieu", &scelle).unwrap(), "Léa".as_bytes());
        let autre = Cle::from_slice(&[8; 32]).unwrap();
        assert_eq!(open(&autre, b"lieu", &scelle).unwrap_err(), Scellement::Refuse);
    }
}
