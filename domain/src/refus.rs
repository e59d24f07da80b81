//! What a rule answers when it says no: its number, a stable code and what the caller may read, in French.

use std::borrow::Cow;

/// The family of a refusal; `api/src/error.rs` alone turns it into a status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Absent, or invisible to this actor: nobody can tell the two apart (SEC-1).
    Introuvable,
    /// The actor's role does not hold this power, whatever the resource.
    Interdit,
    /// The state of the resource does not allow it (now, or ever again).
    Conflit,
    /// What was sent, or what is stored, does not satisfy the rule.
    Invalide,
}

/// One field that is wrong, with its place in what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erreur {
    /// RFC 6901 pointer, such as `/lieu_effectif`.
    pub pointeur: String,
    /// Stable code, such as `mention_manquante`.
    pub code: &'static str,
    /// French text ready to be shown beside the field; never quotes the value.
    pub message: String,
}

impl Erreur {
    /// Names one wrong field.
    pub fn new(pointeur: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { pointeur: pointeur.into(), code, message: message.into() }
    }
}

/// A refusal by a rule of the domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refus {
    /// The family of the refusal.
    pub nature: Nature,
    /// Stable code that clients may test.
    pub code: &'static str,
    /// Number of the rule in the domain's book (`SIG-1`), when one applies.
    pub regle: Option<&'static str>,
    /// French sentence; carries no personal datum and no submitted value.
    pub message: Cow<'static, str>,
    /// The fields concerned, when there are some.
    pub erreurs: Vec<Erreur>,
}

impl Refus {
    /// The one answer for what is absent and for what may not be seen: same code, same text, no rule.
    pub fn introuvable() -> Self {
        Self::new(Nature::Introuvable, "introuvable", None, "Cette ressource n’existe pas.")
    }

    /// The actor's roles do not hold this power.
    pub fn interdit(regle: Option<&'static str>, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Nature::Interdit, "role_insuffisant", regle, message)
    }

    /// The state does not allow it.
    pub fn conflit(code: &'static str, regle: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Nature::Conflit, code, Some(regle), message)
    }

    /// What was sent, or what is stored, breaks a rule in these fields.
    pub fn invalide(
        code: &'static str,
        regle: Option<&'static str>,
        message: impl Into<Cow<'static, str>>,
        erreurs: Vec<Erreur>,
    ) -> Self {
        Self { nature: Nature::Invalide, code, regle, message: message.into(), erreurs }
    }

    fn new(
        nature: Nature,
        code: &'static str,
        regle: Option<&'static str>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { nature, code, regle, message: message.into(), erreurs: Vec::new() }
    }
}

impl std::fmt::Display for Refus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.code, self.regle.unwrap_or("-"))
    }
}

impl std::error::Error for Refus {}
