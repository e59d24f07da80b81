//! A message: from values of the domain to the bytes that leave, the same bytes for the same values (SIG-2, SIG-8).

use aws_lc_rs::digest;
use chrono::{DateTime, NaiveDate, Utc};
use domain::calendrier;
use domain::envoi::NatureEnvoi;
use domain::mention::{IdentiteMineur, Mention, Rapport, Sexe};
use domain::organisation::{Contenu, Organisation};
use domain::signalement::{Signalement, Transmission};
use domain::territoire::Territoire;
use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue, To,
};
use lettre::message::{Mailbox, Mailboxes, MultiPart, SinglePart};
use minijinja::{Value, context};
use url::Url;

use super::adresse::{self, Expediteur};
use super::dates;
use super::modele::{fill, one_line, paragraphs};

/// What a message is made of. No clock and no chance: the same values make the same bytes, whoever makes them.
#[derive(Debug, Clone, Copy)]
pub struct Courrier<'a> {
    /// The territoire: its name, the subject, the delay of SIG-8, whether everything in it is invented.
    pub territoire: &'a Territoire,
    /// The report; it must be transmitted.
    pub signalement: &'a Signalement,
    /// The organisation that reports.
    pub redacteur: &'a Organisation,
    /// The competent Parquet.
    pub parquet: &'a Organisation,
    /// To whom this message goes, at its addresses of the day of `date`.
    pub destinataire: &'a Organisation,
    /// What the message is.
    pub nature: NatureEnvoi,
    /// What it carries; an alert never carries more than the reference.
    pub contenu: Contenu,
    /// The last day for the acknowledgement, shown by an alert (SIG-8).
    pub due_le: Option<NaiveDate>,
    /// The Message-ID, see [`Expediteur::message_id`].
    pub message_id: &'a str,
    /// The instant of the message.
    pub date: DateTime<Utc>,
    /// Who sends.
    pub expediteur: &'a Expediteur,
    /// Where the API is reached from outside, for the link.
    pub url_publique: &'a Url,
}

/// A message ready to leave; to be sealed and kept as it is: it holds personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The addresses it is made for, all of them in `To`.
    pub adresses: Vec<String>,
    /// Addresses of the directory that are not addresses, left out: the others must not wait for them.
    pub ecartees: usize,
    /// RFC 5322 bytes, 7-bit, lines ended by CR LF.
    pub octets: Vec<u8>,
}

impl Message {
    /// SHA-256 of the bytes, kept in the registre d'envoi as the digest of what was sent (SIG-2b).
    pub fn empreinte(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, &self.octets).as_ref().to_vec()
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({} adresses, {} octets)", self.adresses.len(), self.octets.len())
    }
}

/// Why a message cannot be made; quotes no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Erreur {
    /// The directory has no address for this addressee that day.
    #[error("aucune adresse valable ce jour-là pour ce destinataire")]
    AucuneAdresse,
    /// The directory has addresses, and none is one.
    #[error("aucune des adresses de ce destinataire n’est une adresse électronique")]
    AdresseInvalide,
    /// A draft is never sent.
    #[error("le signalement n’est pas transmis")]
    NonTransmis,
    /// The Message-ID could not stand in a header.
    #[error("le Message-ID est invalide")]
    MessageIdInvalide,
    /// A template is wrong.
    #[error("le modèle {nom} est fautif (ligne {ligne})")]
    Modele {
        /// Which one.
        nom: &'static str,
        /// Where, from 1; 0 when it is not known.
        ligne: usize,
    },
    /// The pieces do not make a message.
    #[error("le message ne peut pas être assemblé")]
    Assemblage,
}

impl Erreur {
    /// The code kept in the registre d'envoi.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AucuneAdresse | Self::AdresseInvalide => "adresse",
            Self::NonTransmis | Self::MessageIdInvalide | Self::Modele { .. } | Self::Assemblage => "message",
        }
    }
}

impl Courrier<'_> {
    /// Makes the message.
    ///
    /// # Errors
    /// No usable address, a report that is not transmitted, a Message-ID that is not one; a fault of a template
    /// is a defect of the product.
    pub fn compose(&self) -> Result<Message, Erreur> {
        if !adresse::is_message_id(self.message_id) {
            return Err(Erreur::MessageIdInvalide);
        }
        let (adresses, ecartees) = self.addresses()?;
        let transmission = self.signalement.transmission().ok_or(Erreur::NonTransmis)?;
        let commun = self.context(transmission);
        let texte = fill(self.template(), commun.clone())?;
        let document = match self.carries_report() {
            true => Some(fill("signalement.html", with_report(commun, &self.signalement.rapport))?),
            false => None,
        };
        let octets = self.assemble(&adresses, texte, document)?;
        Ok(Message { adresses: adresses.iter().map(Address::to_string).collect(), ecartees, octets })
    }

    fn carries_report(&self) -> bool {
        self.nature != NatureEnvoi::AlerteAccuse && self.contenu == Contenu::Complet
    }

    fn template(&self) -> &'static str {
        match (self.nature, self.contenu) {
            (NatureEnvoi::AlerteAccuse, _) => "alerte.txt",
            (_, Contenu::Lien) => "lien.txt",
            (NatureEnvoi::Signalement, Contenu::Complet) => "signalement.txt",
            (NatureEnvoi::CopieCrip | NatureEnvoi::Copie, Contenu::Complet) => "copie.txt",
        }
    }

    /// The subject: that of the territoire, to the letter (SIG-2); an alert has its own. Never a name.
    fn subject(&self) -> String {
        match self.nature {
            NatureEnvoi::AlerteAccuse => format!(
                "Maillage : accusé de réception attendu (référence {})",
                one_line(&self.signalement.reference)
            ),
            _ => printable(&self.territoire.parametres.objet_courriel),
        }
    }

    fn addresses(&self) -> Result<(Vec<Address>, usize), Erreur> {
        let jour = calendrier::paris_date(self.date);
        let mut adresses: Vec<Address> = Vec::new();
        let mut ecartees = 0;
        for candidate in self.destinataire.adresses.iter().filter(|adresse| adresse.is_valid_on(jour)) {
            match adresse::parse(candidate.courriel.trim()) {
                None => ecartees += 1,
                Some(adresse) if adresses.iter().any(|a| same(a, &adresse)) => {}
                Some(adresse) => adresses.push(adresse),
            }
        }
        match (adresses.is_empty(), ecartees) {
            (false, _) => Ok((adresses, ecartees)),
            (true, 0) => Err(Erreur::AucuneAdresse),
            (true, _) => Err(Erreur::AdresseInvalide),
        }
    }

    /// What every template may say: nothing that names the minor.
    fn context(&self, transmission: &Transmission) -> Value {
        let jours = self.territoire.parametres.sig_8_jours_ouvres;
        context! {
            fictif => self.territoire.fictif,
            territoire => one_line(&self.territoire.nom),
            reference => one_line(&self.signalement.reference),
            redacteur => one_line(&self.redacteur.nom),
            parquet => one_line(&self.parquet.nom),
            ressort => one_line(self.signalement.rapport.ressort.as_deref().unwrap_or("non précisé")),
            cree_le => dates::instant(self.signalement.cree_le),
            transmis_le => dates::instant(transmission.le),
            effectue_le => transmission.effectue_le.map(dates::instant),
            due_le => self.due_le.map(dates::day),
            delai => if jours > 1 { format!("{jours} jours ouvrés") } else { format!("{jours} jour ouvré") },
            accuse_attendu => self.nature == NatureEnvoi::Signalement,
            fichier => self.file_name(),
            lien => self.link(),
        }
    }

    fn file_name(&self) -> String {
        let sure = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        format!("signalement-{}.html", self.signalement.reference.chars().map(sure).collect::<String>())
    }

    fn link(&self) -> String {
        let racine = self.url_publique.as_str().trim_end_matches('/');
        format!("{racine}{}", openapi::chemins::signalement(self.signalement.id))
    }

    fn assemble(
        &self,
        adresses: &[Address],
        texte: String,
        document: Option<String>,
    ) -> Result<Vec<u8>, Erreur> {
        let emetteur = format!("Maillage {}", self.territoire.code);
        let nom = one_line(&self.destinataire.nom);
        let boites = adresses.iter().map(|adresse| Mailbox::new(Some(nom.clone()), adresse.clone()));
        // Given at once, not read back from the header: a name must never cost an address.
        let enveloppe = Envelope::new(Some(self.expediteur.address().clone()), adresses.to_vec())
            .map_err(|_| Erreur::Assemblage)?;
        let mut message = lettre::Message::builder()
            .envelope(enveloppe)
            .date(self.date.into())
            .from(Mailbox::new(Some(emetteur), self.expediteur.address().clone()))
            .header(To::from(boites.collect::<Mailboxes>()))
            .message_id(Some(self.message_id.to_owned()))
            .subject(self.subject())
            .raw_header(header("Content-Language", "fr"));
        if self.nature == NatureEnvoi::AlerteAccuse {
            message = message.raw_header(header("Auto-Submitted", "auto-generated"));
        }
        let corps = part(ContentType::TEXT_PLAIN, ContentTransferEncoding::QuotedPrintable).body(texte);
        let message = match document {
            None => message.singlepart(corps),
            Some(document) => {
                let piece = part(ContentType::TEXT_HTML, ContentTransferEncoding::Base64)
                    .header(ContentDisposition::attachment(&self.file_name()))
                    .body(document);
                let parties = MultiPart::mixed().boundary(self.boundary()).singlepart(corps);
                message.multipart(parties.singlepart(piece))
            }
        };
        message.map(|message| message.formatted()).map_err(|_| Erreur::Assemblage)
    }

    /// A boundary that no encoded part can hold: neither base64 nor quoted-printable writes `=_` (RFC 2045 §6.7).
    fn boundary(&self) -> String {
        let empreinte = digest::digest(&digest::SHA256, self.message_id.as_bytes());
        let hexa: String = empreinte.as_ref().iter().take(12).map(|octet| format!("{octet:02x}")).collect();
        format!("=_maillage_{hexa}")
    }
}

/// Adds to what every template may say what only the attached document says.
fn with_report(commun: Value, rapport: &Rapport) -> Value {
    let auteurs: Vec<Value> = rapport
        .auteurs
        .iter()
        .map(|auteur| {
            context! {
                nom => one_line(&auteur.nom),
                telephone => one_line(&auteur.telephone),
                courriel => one_line(&auteur.courriel),
            }
        })
        .collect();
    context! {
        auteurs,
        identite => mention(rapport.identite_mineur.as_ref(), identity),
        contact_mineur => text(rapport.contact_mineur.as_ref()),
        domicile_parents => text(rapport.domicile_parents.as_ref()),
        lieu_effectif => text(rapport.lieu_effectif.as_ref()),
        situation_scolaire => text(rapport.situation_scolaire.as_ref()),
        mesure_educative => text(rapport.mesure_educative.as_ref()),
        elements_situation => text(rapport.elements_situation.as_ref()),
        contexte_revelation => text(rapport.contexte_revelation.as_ref()),
        ..commun
    }
}

fn text(dite: Option<&Mention<String>>) -> Value {
    mention(dite, |valeur| Value::from(paragraphs(valeur)))
}

/// A mention is known, or unknown with its reason; one that is neither is shown as such, never left out (SIG-1).
fn mention<T>(dite: Option<&Mention<T>>, valeur: impl FnOnce(&T) -> Value) -> Value {
    match dite {
        Some(Mention::Valeur(v)) => context! { inconnu => false, motif => "", valeur => valeur(v) },
        Some(Mention::Inconnu { motif }) => {
            context! { inconnu => true, motif => paragraphs(motif), valeur => "" }
        }
        None => context! { inconnu => false, motif => "", valeur => "" },
    }
}

fn identity(identite: &IdentiteMineur) -> Value {
    let dit = |texte: Option<&String>| {
        texte.map(|texte| one_line(texte)).filter(|t| !t.is_empty()).unwrap_or_else(unsaid)
    };
    context! {
        nom => dit(identite.nom.as_ref()),
        prenoms => dit(identite.prenoms.as_ref()),
        date_naissance => identite.date_naissance.map_or_else(unsaid, dates::day),
        sexe => match identite.sexe {
            Some(Sexe::Feminin) => "féminin".to_owned(),
            Some(Sexe::Masculin) => "masculin".to_owned(),
            Some(Sexe::Indetermine) => "indéterminé".to_owned(),
            None => unsaid(),
        },
    }
}

fn unsaid() -> String {
    "non renseigné".to_owned()
}

/// Two addresses to which the same box answers, as every server of today understands them.
fn same(a: &Address, b: &Address) -> bool {
    let (a, b): (&str, &str) = (a.as_ref(), b.as_ref());
    a.eq_ignore_ascii_case(b)
}

/// A setting that goes into a header: exactly what was set, but for the control characters.
fn printable(reglage: &str) -> String {
    reglage.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn header(nom: &'static str, valeur: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(nom), valeur.to_owned())
}

fn part(genre: ContentType, encodage: ContentTransferEncoding) -> lettre::message::SinglePartBuilder {
    SinglePart::builder().header(genre).header(encodage)
}
