//! The search for what must not be there: planted words, in every spelling under which a file could hide them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;

/// Words to look for, in all their spellings; one pass over each file.
pub(crate) struct Fouille {
    /// By their first two bytes: spelling and the word it comes from.
    spellings: BTreeMap<[u8; 2], Vec<(Vec<u8>, String)>>,
}

impl Fouille {
    /// Prepares the search of these words.
    pub(crate) fn new(words: &[&str]) -> Self {
        let mut spellings: BTreeMap<[u8; 2], Vec<(Vec<u8>, String)>> = BTreeMap::new();
        for word in words {
            assert!(word.len() >= 6, "{word}: too short, it would be found by chance");
            for (name, bytes) in all_spellings(word) {
                let head = [bytes[0], bytes[1]];
                spellings.entry(head).or_default().push((bytes, format!("« {word} » ({name})")));
            }
        }
        Self { spellings }
    }

    /// What is found in these bytes.
    pub(crate) fn scan(&self, bytes: &[u8]) -> Vec<String> {
        let mut heads = vec![false; 1 << 16];
        for [a, b] in self.spellings.keys() {
            heads[usize::from(*a) << 8 | usize::from(*b)] = true;
        }
        let mut found = Vec::new();
        for (place, pair) in bytes.windows(2).enumerate() {
            if !heads[usize::from(pair[0]) << 8 | usize::from(pair[1])] {
                continue;
            }
            for (spelling, name) in &self.spellings[&[pair[0], pair[1]]] {
                if bytes[place..].starts_with(spelling) && !found.contains(name) {
                    found.push(name.clone());
                }
            }
        }
        found
    }

    /// What is found in the files of a folder, with their names; and how many bytes were read.
    pub(crate) fn scan_folder(&self, folder: &Path) -> (Vec<(PathBuf, String)>, u64) {
        let (mut found, mut read) = (Vec::new(), 0);
        let mut folders = vec![folder.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(path);
                } else if let Ok(bytes) = std::fs::read(&path) {
                    // A file may go while the server works: PostgreSQL recycles its WAL.
                    read += u64::try_from(bytes.len()).expect("taille");
                    found.extend(self.scan(&bytes).into_iter().map(|name| (path.clone(), name)));
                }
            }
        }
        (found, read)
    }
}

/// Every spelling of a word: as it is, upper and lower case, without accents, UTF-16, Latin-1, base64, hexadecimal,
/// percent-encoded, JSON-escaped.
fn all_spellings(word: &str) -> Vec<(String, Vec<u8>)> {
    let plain = without_accents(word);
    let forms = [
        ("tel quel", word.to_owned()),
        ("majuscules", word.to_uppercase()),
        ("minuscules", word.to_lowercase()),
        ("sans accents", plain.clone()),
        ("sans accents, majuscules", plain.to_uppercase()),
        ("sans accents, minuscules", plain.to_lowercase()),
    ];
    let mut all: BTreeMap<Vec<u8>, String> = BTreeMap::new();
    let mut add = |name: String, bytes: Vec<u8>| {
        all.entry(bytes).or_insert(name);
    };
    for (name, form) in forms {
        add(name.to_owned(), form.clone().into_bytes());
        add(format!("{name}, UTF-16LE"), form.encode_utf16().flat_map(u16::to_le_bytes).collect());
        add(format!("{name}, UTF-16BE"), form.encode_utf16().flat_map(u16::to_be_bytes).collect());
        if form.chars().all(|c| u32::from(c) < 256) {
            let latin1 = form.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1"));
            add(format!("{name}, Latin-1"), latin1.collect());
        }
        add(format!("{name}, hexadécimal"), hex(form.as_bytes()).into_bytes());
        add(format!("{name}, hexadécimal majuscule"), hex(form.as_bytes()).to_uppercase().into_bytes());
        add(format!("{name}, pour cent"), super::postgres::encode(&form).into_bytes());
        add(format!("{name}, JSON"), json_escaped(&form).into_bytes());
        for (shift, piece) in base64_pieces(form.as_bytes()).into_iter().enumerate() {
            add(format!("{name}, base64 décalé de {shift}"), piece);
        }
    }
    all.into_iter().filter(|(bytes, _)| bytes.len() >= 6).map(|(bytes, name)| (name, bytes)).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn json_escaped(text: &str) -> String {
    text.encode_utf16()
        .map(|unit| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04x}"),
        })
        .collect()
}

/// What base64 shows of these bytes, whatever comes before and after: the three alignments, without the ends that
/// depend on the neighbours.
fn base64_pieces(bytes: &[u8]) -> Vec<Vec<u8>> {
    (0..3)
        .map(|shift| {
            let mut padded = vec![0_u8; shift];
            padded.extend_from_slice(bytes);
            let whole = padded.len() / 3 * 3;
            let text = base64::engine::general_purpose::STANDARD.encode(&padded[..whole]);
            text.as_bytes()[if shift == 0 { 0 } else { 4 }..].to_vec()
        })
        .collect()
}

fn without_accents(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'à' | 'â' | 'ä' => 'a',
            'ï' | 'î' => 'i',
            'ô' | 'ö' => 'o',
            'û' | 'ù' | 'ü' => 'u',
            'ç' => 'c',
            other => other,
        })
        .collect()
}

#[test]
fn search_finds_every_spelling_and_nothing_else() {
    let fouille = Fouille::new(&["Zéphirine-Témoin"]);
    let base64 = base64::engine::general_purpose::STANDARD.encode("x: Zéphirine-Témoin, etc.");
    let utf16: Vec<u8> = "ab Zéphirine-Témoin".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for hidden in [
        "xx Zéphirine-Témoin yy".as_bytes(),
        b"ZEPHIRINE-TEMOIN",
        "ZÉPHIRINE-TÉMOIN".as_bytes(),
        b"...zephirine-temoin",
        b"Z%C3%A9phirine%2DT%C3%A9moin",
        b"Z\\u00e9phirine-T\\u00e9moin",
        b"Z\xe9phirine-T\xe9moin",
        b"5ac3a97068697269",
        base64.as_bytes(),
        &utf16,
    ] {
        // A prefix in hexadecimal is not the word: the one case that must not be found.
        let expected = !hidden.starts_with(b"5ac3");
        assert_eq!(!fouille.scan(hidden).is_empty(), expected, "{}", String::from_utf8_lossy(hidden));
    }
    assert!(fouille.scan(b"Zephyrine, temoin").is_empty());
}
