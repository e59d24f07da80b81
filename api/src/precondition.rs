//! Which revision of a resource the caller has seen: two people who edit it do not overwrite each other.

/// The condition that the caller puts (`If-Match`, RFC 9110 §13.1.1), without any type of the transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// `*`: any revision, as long as the resource exists.
    Existe,
    /// One of these entity tags, each as the strong ETag was given, without its quotes.
    Revisions(Vec<String>),
}

impl Precondition {
    /// Whether this is the revision that the caller has seen; otherwise the answer is 412.
    pub fn matches(&self, courante: i64) -> bool {
        match self {
            Self::Existe => true,
            Self::Revisions(vues) => vues.iter().any(|vue| *vue == courante.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r46_only_the_current_revision_passes() {
        let vue = Precondition::Revisions(vec!["3".to_owned(), "4".to_owned()]);
        assert!(vue.matches(4) && !vue.matches(5));
        assert!(Precondition::Existe.matches(5));
        assert!(!Precondition::Revisions(Vec::new()).matches(1), "a weak tag never matches");
    }
}
