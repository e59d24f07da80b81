//! Every problem that this server answers: its code, its status, its title and the page that explains it.

/// One problem of the catalogue, as its page (`/problemes/{code}`) shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fiche {
    /// The stable code.
    pub code: &'static str,
    /// The HTTP status that always comes with it.
    pub statut: u16,
    /// The title, always the same.
    pub titre: &'static str,
    /// What it means and what to do, for whoever integrates.
    pub explication: &'static str,
}

/// The problem of this code; a code of the sources without a page fails a test.
pub fn fiche(code: &str) -> Option<&'static Fiche> {
    FICHES.iter().find(|fiche| fiche.code == code)
}

/// The `type` of a problem: its page, relative to the root of the API.
pub fn adresse(code: &str) -> String {
    format!("/problemes/{code}")
}

/// The title of a problem that has no page yet.
pub(super) fn titre_du_statut(statut: u16) -> &'static str {
    match statut {
        403 => "Action non permise",
        404 => "Ressource introuvable",
        409 => "Action impossible dans cet état",
        422 => "Contenu non admis",
        _ => "Requête non admise",
    }
}

/// Every problem, by status then by code.
pub const FICHES: &[Fiche] = &[
    Fiche {
        code: "cle_idempotence_invalide",
        statut: 400,
        titre: "Clé d’idempotence mal formée",
        explication: "L’en-tête « Idempotency-Key » contient de 1 à 255 caractères ASCII visibles, et n’apparaît \
                      qu’une fois.",
    },
    Fiche {
        code: "cle_idempotence_manquante",
        statut: 400,
        titre: "Clé d’idempotence manquante",
        explication: "Cette opération a un effet : elle exige l’en-tête « Idempotency-Key », pour que la même \
                      demande, renvoyée après une coupure, ne soit exécutée qu’une fois. Choisissez une valeur \
                      unique par demande, un UUID par exemple, et renvoyez la même en cas de nouvel essai.",
    },
    Fiche {
        code: "corps_malforme",
        statut: 400,
        titre: "Corps de requête mal formé",
        explication: "Le corps n’est pas du JSON, ou n’a pas la forme que décrit le contrat : champ inconnu, en \
                      double ou manquant, type ou format inattendu, imbrication de plus de 32 niveaux. Chaque \
                      entrée de « erreurs » désigne l’endroit par un pointeur JSON (RFC 6901).",
    },
    Fiche {
        code: "entete_invalide",
        statut: 400,
        titre: "En-tête mal formé",
        explication: "Un en-tête de la requête n’a pas la forme attendue ; « erreurs » le nomme. « If-Match » \
                      reprend tel quel l’« ETag » reçu à la lecture, guillemets compris.",
    },
    Fiche {
        code: "parametre_invalide",
        statut: 400,
        titre: "Paramètre non admis",
        explication: "Un paramètre de la requête est inconnu, répété, mal formé ou hors de ses bornes. Un \
                      paramètre inconnu est refusé : une faute de frappe dans un filtre ne doit pas élargir la \
                      réponse. Un curseur ne vaut que pour la liste et les filtres qui l’ont produit.",
    },
    Fiche {
        code: "requete_malformee",
        statut: 400,
        titre: "Requête mal formée",
        explication: "La requête ne suit pas HTTP, ou le serveur n’a pas pu la lire.",
    },
    Fiche {
        code: "non_authentifie",
        statut: 401,
        titre: "Authentification requise",
        explication: "Le jeton est absent, mal formé, expiré, d’un émetteur inconnu, ou son porteur n’a pas \
                      d’habilitation en cours dans ce territoire. La réponse ne dit jamais lequel de ces cas.",
    },
    Fiche {
        code: "role_insuffisant",
        statut: 403,
        titre: "Rôle insuffisant",
        explication: "Aucun des rôles de l’appelant ne permet cette action, quelle que soit la ressource.",
    },
    Fiche {
        code: "introuvable",
        statut: 404,
        titre: "Ressource introuvable",
        explication: "La ressource n’existe pas, ou l’appelant n’a pas à savoir qu’elle existe : la réponse est \
                      la même. Un identifiant mal formé et un chemin inconnu donnent aussi cette réponse.",
    },
    Fiche {
        code: "methode_non_admise",
        statut: 405,
        titre: "Méthode non admise",
        explication: "Ce chemin existe, mais pas pour cette méthode ; l’en-tête « Allow » donne les méthodes admises.",
    },
    Fiche {
        code: "delai_depasse",
        statut: 408,
        titre: "Délai dépassé",
        explication: "Le corps de la requête arrive trop lentement : recommencez.",
    },
    Fiche {
        code: "accuse_attendu",
        statut: 409,
        titre: "Accusé de réception attendu",
        explication: "Un signalement ne peut être clos qu’après l’accusé de réception du parquet (SIG-4).",
    },
    Fiche {
        code: "brouillon_requis",
        statut: 409,
        titre: "Brouillon requis",
        explication: "L’action ne vaut que pour un brouillon. Rien de ce qui a été transmis n’est modifié ni \
                      supprimé (SIG-4).",
    },
    Fiche {
        code: "crip_absente",
        statut: 409,
        titre: "CRIP absente",
        explication: "L’annuaire du territoire ne compte aucune CRIP : la copie systématique (SIG-2) est impossible. \
                      Adressez-vous à l’administrateur du territoire.",
    },
    Fiche {
        code: "identifiant_externe_deja_donne",
        statut: 409,
        titre: "Identifiant externe déjà donné",
        explication: "Votre organisation a déjà donné ce numéro, dans ce système, à une ressource : un numéro n’en désigne \
                      qu’une.",
    },
    Fiche {
        code: "reference_parquet_deja_utilisee",
        statut: 409,
        titre: "Référence du parquet déjà utilisée",
        explication: "Ce parquet a déjà déposé, sous cette référence, un accusé de réception d’un autre contenu (SIG-5). Le \
                      même contenu, déposé à nouveau, reçoit la même réponse.",
    },
    Fiche {
        code: "signalement_clos",
        statut: 409,
        titre: "Signalement clos",
        explication: "Ce signalement est déjà clos (SIG-4).",
    },
    Fiche {
        code: "signalement_deja_accuse",
        statut: 409,
        titre: "Signalement déjà accusé",
        explication: "Ce signalement a déjà fait l’objet d’un accusé de réception, sous une autre référence du \
                      parquet (SIG-5).",
    },
    Fiche {
        code: "revision_perimee",
        statut: 412,
        titre: "Révision périmée",
        explication: "L’« ETag » donné dans « If-Match » n’est plus celui de la ressource : quelqu’un l’a changée. \
                      Relisez-la, reportez votre changement, recommencez.",
    },
    Fiche {
        code: "corps_trop_volumineux",
        statut: 413,
        titre: "Corps de requête trop volumineux",
        explication: "Le corps dépasse la taille admise (256 Kio pour une ressource), ou le lot compte trop de \
                      lignes. Envoyez plusieurs requêtes.",
    },
    Fiche {
        code: "adresse_trop_longue",
        statut: 414,
        titre: "Adresse trop longue",
        explication: "L’adresse de la requête dépasse 8 Kio.",
    },
    Fiche {
        code: "type_de_contenu_inadmis",
        statut: 415,
        titre: "Type de contenu non admis",
        explication: "Le corps est envoyé en « application/json », en UTF-8 et sans compression ; une \
                      modification partielle (PATCH) peut aussi l’être en « application/merge-patch+json » (RFC 7396).",
    },
    Fiche {
        code: "cle_idempotence_reutilisee",
        statut: 422,
        titre: "Clé d’idempotence déjà utilisée",
        explication: "La même « Idempotency-Key » est arrivée avec un autre contenu : prenez une nouvelle clé.",
    },
    Fiche {
        code: "corps_invalide",
        statut: 422,
        titre: "Valeurs non admises",
        explication: "Le corps a la bonne forme, mais des valeurs ne sont pas admises ; « erreurs » les désigne.",
    },
    Fiche {
        code: "date_future",
        statut: 422,
        titre: "Date à venir",
        explication: "Un accusé de réception ne porte pas une date à venir (SIG-5).",
    },
    Fiche {
        code: "hors_limites",
        statut: 422,
        titre: "Valeur hors limites",
        explication: "Une valeur sort de ce que le calcul admet ; « erreurs » la désigne.",
    },
    Fiche {
        code: "mentions_invalides",
        statut: 422,
        titre: "Mentions non admises",
        explication: "Des champs du signalement ne sont pas valides ; « erreurs » les désigne. Une mention est \
                      « {\"valeur\": …} » ou « {\"inconnu\": true, \"motif\": \"…\"} » (SIG-1).",
    },
    Fiche {
        code: "mentions_manquantes",
        statut: 422,
        titre: "Mentions obligatoires manquantes",
        explication: "Avant d’être transmis, un signalement porte chaque mention obligatoire, renseignée ou \
                      déclarée inconnue avec un motif (SIG-1). « erreurs » désigne chaque mention qui manque.",
    },
    Fiche {
        code: "parametres_invalides",
        statut: 422,
        titre: "Paramètres incompatibles",
        explication: "Les paramètres sont bien formés, mais ne vont pas ensemble ou ne suffisent pas au calcul ; \
                      « erreurs » les désigne.",
    },
    Fiche {
        code: "sursis_sans_objet",
        statut: 422,
        titre: "Sursis sans objet",
        explication: "Le sursis du parquet ne compte que pour une évaluation hors OPP (EVA-3).",
    },
    Fiche {
        code: "precondition_requise",
        statut: 428,
        titre: "Précondition requise",
        explication: "Cette modification exige l’en-tête « If-Match », avec l’« ETag » reçu à la lecture : deux \
                      personnes qui modifient la même ressource ne s’écrasent pas l’une l’autre.",
    },
    Fiche {
        code: "trop_de_requetes",
        statut: 429,
        titre: "Trop de requêtes",
        explication: "Le nombre de requêtes par minute est dépassé ; « Retry-After » donne les secondes à attendre.",
    },
    Fiche {
        code: "erreur_interne",
        statut: 500,
        titre: "Erreur interne",
        explication: "Une faute du serveur. L’en-tête « X-Request-Id » permet à l’exploitant de la retrouver dans \
                      ses journaux.",
    },
    Fiche {
        code: "indisponible",
        statut: 503,
        titre: "Service indisponible",
        explication: "Le serveur, ou la base de ce territoire, ne répond pas pour le moment. Recommencez après le \
                      délai de « Retry-After », avec la même « Idempotency-Key ».",
    },
];
