//! Three SQL types that both databases share: identifiers, instants and documents.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types as st;
use diesel::sqlite::Sqlite;
use uuid::Uuid;

use crate::connexion::MultiBackend;

macro_rules! portable {
    ($(#[$doc:meta])* $sql:ident for $rust:ident, oid $oid:literal, array $array:literal, sqlite $sqlite:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
        #[diesel(postgres_type(oid = $oid, array_oid = $array), sqlite_type(name = $sqlite))]
        pub struct $sql;

        impl st::HasSqlType<$sql> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                Self::lookup_sql_type::<$sql>(lookup)
            }
        }

        impl ToSql<$sql, MultiBackend> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value(($sql, self));
                Ok(IsNull::No)
            }
        }

        impl FromSql<$sql, MultiBackend> for $rust {
            fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                value.from_sql::<Self, $sql>()
            }
        }

        impl diesel::expression::ValidGrouping<()> for $sql {
            type IsAggregate = diesel::expression::is_aggregate::Never;
        }
    };
}

portable! {
    /// UUID on PostgreSQL, sixteen bytes on SQLite.
    SqlId for Id, oid 2950, array 2951, sqlite "Binary"
}
portable! {
    /// TIMESTAMPTZ on PostgreSQL; on SQLite a text of 27 signs, UTC, that sorts as time does.
    SqlInstant for Instant, oid 1184, array 1185, sqlite "Text"
}
portable! {
    /// JSONB on PostgreSQL, text on SQLite: for settings, never for what a journal chains (JSONB reorders).
    SqlDoc for Doc, oid 3802, array 3807, sqlite "Text"
}

impl st::SqlOrd for SqlId {}
impl st::SqlOrd for SqlInstant {}

/// An identifier in a column; the typed ones of `domain::identifiant` convert by their `.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = SqlId)]
pub struct Id(pub Uuid);

/// An instant in a column, UTC, in whole microseconds: what PostgreSQL keeps is what SQLite keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = SqlInstant)]
pub struct Instant(DateTime<Utc>);

/// A JSON document in a column.
#[derive(Debug, Clone, PartialEq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SqlDoc)]
pub struct Doc(pub serde_json::Value);

impl From<Uuid> for Id {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl Instant {
    /// The instant for the domain.
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant.trunc_subsecs(6))
    }
}

impl ToSql<SqlId, Pg> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <Uuid as ToSql<st::Uuid, Pg>>::to_sql(&self.0, out)
    }
}

impl FromSql<SqlId, Pg> for Id {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <Uuid as FromSql<st::Uuid, Pg>>::from_sql(value).map(Self)
    }
}

impl ToSql<SqlId, Sqlite> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        <[u8] as ToSql<st::Binary, Sqlite>>::to_sql(self.0.as_bytes().as_slice(), out)
    }
}

impl FromSql<SqlId, Sqlite> for Id {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let octets = <Vec<u8> as FromSql<st::Binary, Sqlite>>::from_sql(value)?;
        Uuid::from_slice(&octets).map(Self).map_err(|_| "an identifier is not sixteen bytes".into())
    }
}

impl ToSql<SqlInstant, Pg> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <DateTime<Utc> as ToSql<st::Timestamptz, Pg>>::to_sql(&self.0, out)
    }
}

impl FromSql<SqlInstant, Pg> for Instant {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <DateTime<Utc> as FromSql<st::Timestamptz, Pg>>::from_sql(value).map(Self)
    }
}

impl ToSql<SqlInstant, Sqlite> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(texte(self.0));
        Ok(IsNull::No)
    }
}

impl FromSql<SqlInstant, Sqlite> for Instant {
    /// Strict: only the form that we write is read, so that a changed byte never passes for the same instant.
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let lu = value.read_text();
        match DateTime::parse_from_rfc3339(lu) {
            Ok(instant) if texte(instant.to_utc()) == lu => Ok(Self(instant.to_utc())),
            _ => Err("an instant is not in its canonical form".into()),
        }
    }
}

impl ToSql<SqlDoc, Pg> for Doc {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <serde_json::Value as ToSql<st::Jsonb, Pg>>::to_sql(&self.0, out)
    }
}

impl FromSql<SqlDoc, Pg> for Doc {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <serde_json::Value as FromSql<st::Jsonb, Pg>>::from_sql(value).map(Self)
    }
}

impl ToSql<SqlDoc, Sqlite> for Doc {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}

impl FromSql<SqlDoc, Sqlite> for Doc {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_str(value.read_text())?))
    }
}

fn texte(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Micros, true)
}
