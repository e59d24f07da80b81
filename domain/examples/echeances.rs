//! Prints, one JSON line per day from 2020 to 2099, what the calendar and the rules give: `tests/oracle/echeances.py`
//! compares it with independent libraries.

use std::error::Error;
use std::io::{BufWriter, Write};

use chrono::{NaiveDate, NaiveTime};
use domain::calendrier::{Calendrier, end_of_day};
use domain::echeance::{VoieEvaluation, eva_3, sig_8, sou_2};
use domain::refus::Refus;
use serde_json::{Map, Value, json};

/// Working days tried for SIG-8.
const JOURS_OUVRES: [u32; 4] = [1, 2, 3, 10];
/// Days of sursis tried for EVA-3 `hors_opp`.
const SURSIS: [u32; 5] = [0, 1, 10, 31, 365];
/// Hours, UTC, at which SOU-2 starts: among them the Paris midnights of winter and summer.
const DEPARTS: [(u32, u32, u32); 6] =
    [(0, 30, 0), (8, 45, 30), (16, 0, 0), (22, 0, 0), (22, 59, 59), (23, 0, 0)];

fn main() -> Result<(), Box<dyn Error>> {
    let mut sortie = BufWriter::new(std::io::stdout().lock());
    let premier = NaiveDate::from_ymd_opt(2020, 1, 1).ok_or("date")?;
    let dernier = NaiveDate::from_ymd_opt(2099, 12, 31).ok_or("date")?;
    for jour in premier.iter_days().take_while(|jour| *jour <= dernier) {
        serde_json::to_writer(&mut sortie, &of_day(jour)?)?;
        sortie.write_all(b"\n")?;
    }
    Ok(sortie.flush()?)
}

fn of_day(jour: NaiveDate) -> Result<Value, Box<dyn Error>> {
    let metropole = Calendrier::default();
    let opp = eva_3(VoieEvaluation::Opp, jour, None, metropole)?;
    let mut hors_opp = Map::new();
    hors_opp.insert(String::new(), json!(eva_3(VoieEvaluation::HorsOpp, jour, None, metropole)?.echeance));
    for sursis in SURSIS {
        let calcul = eva_3(VoieEvaluation::HorsOpp, jour, Some(sursis), metropole)?;
        hors_opp.insert(sursis.to_string(), json!(calcul.echeance));
    }
    let mut heures = Map::new();
    for (heure, minute, seconde) in DEPARTS {
        let depart = jour.and_time(NaiveTime::from_hms_opt(heure, minute, seconde).ok_or("heure")?).and_utc();
        let calcul = sou_2(depart)?;
        heures.insert(
            depart.to_rfc3339(),
            json!([calcul.echeance, calcul.echeance_a.map(|fin| fin.to_rfc3339())]),
        );
    }
    Ok(json!({
        "jour": jour,
        "fin_de_jour": end_of_day(jour).map(|fin| fin.to_rfc3339()),
        "metropole": of_calendar(jour, metropole)?,
        "alsace_moselle": of_calendar(jour, Calendrier { alsace_moselle: true })?,
        "opp": opp.echeance,
        "hors_opp": hors_opp,
        "sou_2": heures,
    }))
}

fn of_calendar(jour: NaiveDate, calendrier: Calendrier) -> Result<Value, Refus> {
    let mut ouvres = Map::new();
    for n in JOURS_OUVRES {
        ouvres.insert(n.to_string(), json!(sig_8(jour, n, calendrier)?.echeance));
    }
    Ok(json!({
        "ferie": calendrier.holiday_name(jour),
        "sig_8": ouvres,
        "procedure_civile": calendrier.civil_procedure(jour, 8),
    }))
}
