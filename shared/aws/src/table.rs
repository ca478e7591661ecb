//! Ledger and outbox in DynamoDB.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use rolewatch_guard::moment::Moment;

use crate::connection::Connection;
use crate::trouble::{refused, trouble};
use kept::KeptRows;
use rolewatch_live::outbox;
use rolewatch_live::port::{Keep, KeepOutcome, KeyRange, Row, Table, TableKind, Trouble};
use rolewatch_live::settings::TableNames;

/// The attributes of a row.
type Item = HashMap<String, AttributeValue>;

/// DynamoDB compares keys byte by byte, as UTF-8. So no sort key that starts with a text is greater
/// than that text followed by this character.
const GREATEST: char = '\u{10FFFF}';

/// How many rows DynamoDB writes with one call.
const MOST_AT_ONCE: usize = 25;

/// The two tables.
///
/// The SDK repeats a call whose reply was lost, and then finds its own write: [`Table::keep`]
/// returns [`KeepOutcome::Known`] and [`Table::replace`] returns `false` although nobody else
/// wrote.
#[derive(Debug, Clone)]
pub struct Tables {
    client: Client,
    names: TableNames,
    /// Of the ledger.
    kept: Arc<KeptRows>,
}

impl Tables {
    /// Creates the client. Opens no connection.
    pub fn new(connection: &Connection, names: TableNames) -> Self {
        Self {
            client: Client::new(&connection.config),
            names,
            kept: Arc::default(),
        }
    }

    /// Opens the connection, so that the first event doesn't have to wait for it.
    pub async fn warm(&self) -> Result<(), Trouble> {
        self.query(TableKind::Outbox, "warm", &KeyRange::default())
            .await
            .map(drop)
    }

    /// The ids of the findings in the outbox that begin with some digits. Reads the whole table.
    pub async fn findings_beginning(&self, digits: &str) -> Result<Vec<String>, Trouble> {
        let request = self
            .client
            .scan()
            .table_name(&self.names.outbox)
            .filter_expression("begins_with(#pk, :id) AND #sk = :state")
            .projection_expression("#pk")
            .set_expression_attribute_names(Some(name_map(&[PK, SK])))
            .expression_attribute_values(":id", AttributeValue::S(outbox::partition(digits)))
            .expression_attribute_values(":state", AttributeValue::S(outbox::STATE.to_owned()));
        let mut pages = request.into_paginator().send();
        let mut ids = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| trouble("dynamodb:Scan", &error))?;
            for item in page.items.unwrap_or_default() {
                let Some(AttributeValue::S(pk)) = item.get("pk") else {
                    continue;
                };
                ids.extend(outbox::id_of_partition(pk).map(ToOwned::to_owned));
            }
        }
        ids.sort();
        Ok(ids)
    }

    fn name(&self, place: TableKind) -> Result<&str, Trouble> {
        match place {
            TableKind::Ledger => self
                .names
                .ledger
                .as_deref()
                .ok_or_else(|| refused("dynamodb", "this function has no ledger")),
            TableKind::Outbox => Ok(&self.names.outbox),
        }
    }

    fn question(&self, place: TableKind, which: Keys) -> Result<QueryFluentBuilder, Trouble> {
        let question = self
            .client
            .query()
            .table_name(self.name(place)?)
            // An eventually consistent read may miss what this same invocation wrote.
            .consistent_read(true);
        Ok(question
            .key_condition_expression(which.expression)
            .set_expression_attribute_names(Some(name_map(which.names)))
            .set_expression_attribute_values(Some(which.values)))
    }

    /// Writes a row under a condition. Returns `false` if the condition wasn't met.
    async fn put(
        &self,
        place: TableKind,
        row: Row,
        condition: PutCondition,
    ) -> Result<bool, Trouble> {
        let request = self
            .client
            .put_item()
            .table_name(self.name(place)?)
            .set_item(Some(item_of_row(row)))
            .condition_expression(condition.expression)
            .set_expression_attribute_names(Some(name_map(condition.names)))
            .set_expression_attribute_values(
                condition
                    .value
                    .map(|value| HashMap::from([(":it".to_owned(), value)])),
            );
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(trouble("dynamodb:PutItem", &error)),
        }
    }
}

impl Tables {
    /// Writes at most [`MOST_AT_ONCE`] rows with one call.
    async fn put_batch(&self, place: TableKind, mut rows: Vec<Row>) -> Result<(), Trouble> {
        let what = "dynamodb:BatchWriteItem";
        let table = self.name(place)?;
        if rows.len() == 1 {
            return match rows.pop() {
                Some(row) => self.keep(place, row, Keep::First).await.map(drop),
                None => Ok(()),
            };
        }
        let puts = rows
            .into_iter()
            .map(|row| {
                PutRequest::builder()
                    .set_item(Some(item_of_row(row)))
                    .build()
                    .map(|put| WriteRequest::builder().put_request(put).build())
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| refused(what, &error.to_string()))?;
        let request = self.client.batch_write_item().request_items(table, puts);
        let answer = request.send().await;
        let answer = answer.map_err(|error| trouble(what, &error))?;
        let left = answer.unprocessed_items.unwrap_or_default();
        // What DynamoDB left out is written with calls that the SDK repeats, after growing pauses.
        for put in left
            .into_values()
            .flatten()
            .filter_map(|one| one.put_request)
        {
            let row = row_of_item(put.item)?;
            self.keep(place, row, Keep::First).await?;
        }
        Ok(())
    }
}

/// The condition for writing a row. Attribute names use placeholders, because many are reserved
/// words in DynamoDB.
struct PutCondition {
    expression: &'static str,
    names: &'static [(&'static str, &'static str)],
    value: Option<AttributeValue>,
}

const PK: (&str, &str) = ("#pk", "pk");
const SK: (&str, &str) = ("#sk", "sk");
const RANK: (&str, &str) = ("#rank", "rank");

impl PutCondition {
    const NONE_THERE: Self = Self {
        expression: "attribute_not_exists(#pk)",
        names: &[PK],
        value: None,
    };

    fn for_keep(keep: Keep, rank: &str) -> Self {
        let expression = match keep {
            Keep::First => return Self::NONE_THERE,
            Keep::Least => "attribute_not_exists(#pk) OR #rank > :it",
            Keep::Greatest => "attribute_not_exists(#pk) OR #rank < :it",
        };
        Self {
            expression,
            names: &[PK, RANK],
            value: Some(AttributeValue::S(rank.to_owned())),
        }
    }

    fn replace(seen: u64) -> Self {
        match seen {
            0 => Self::NONE_THERE,
            _ => Self {
                expression: "#version = :it",
                names: &[("#version", "version")],
                value: Some(AttributeValue::N(seen.to_string())),
            },
        }
    }
}

impl Table for Tables {
    async fn keep(&self, place: TableKind, row: Row, keep: Keep) -> Result<KeepOutcome, Trouble> {
        let of_ledger = place == TableKind::Ledger;
        if of_ledger && self.kept.has(&row, keep) {
            return Ok(KeepOutcome::Known);
        }
        let condition = PutCondition::for_keep(keep, &row.rank);
        let key = (row.pk.clone(), row.sk.clone());
        let (rank, expires) = (row.rank.clone(), row.expires);
        let is_written = self.put(place, row, condition).await?;
        if of_ledger {
            self.kept.note(key, rank, expires);
        }
        Ok(if is_written {
            KeepOutcome::Written
        } else {
            KeepOutcome::Known
        })
    }

    async fn keep_all(&self, place: TableKind, rows: Vec<Row>) -> Result<(), Trouble> {
        let of_ledger = place == TableKind::Ledger;
        // DynamoDB rejects a batch that names a key twice.
        let mut by_key: BTreeMap<(String, String), Row> = rows
            .into_iter()
            .filter(|row| !(of_ledger && self.kept.has(row, Keep::First)))
            .map(|row| ((row.pk.clone(), row.sk.clone()), row))
            .collect();
        while !by_key.is_empty() {
            let (keys, batch): (Vec<_>, Vec<Row>) = std::iter::from_fn(|| by_key.pop_first())
                .take(MOST_AT_ONCE)
                .map(|(key, row)| ((key, row.expires), row))
                .unzip();
            self.put_batch(place, batch).await?;
            for (key, expires) in keys.into_iter().filter(|_| of_ledger) {
                self.kept.note(key, String::new(), expires);
            }
        }
        Ok(())
    }

    async fn replace(&self, place: TableKind, row: Row, seen: u64) -> Result<bool, Trouble> {
        let row = Row {
            version: seen.saturating_add(1),
            ..row
        };
        self.put(place, row, PutCondition::replace(seen)).await
    }

    async fn query(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
    ) -> Result<Vec<Row>, Trouble> {
        let Some(which) = Keys::new(pk, span) else {
            return Ok(Vec::new());
        };
        let mut pages = self.question(place, which)?.into_paginator().send();
        let mut rows = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| trouble("dynamodb:Query", &error))?;
            for item in page.items.unwrap_or_default() {
                rows.push(row_of_item(item)?);
            }
        }
        Ok(rows)
    }

    async fn latest(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
        most: usize,
    ) -> Result<Vec<Row>, Trouble> {
        let Some(which) = Keys::new(pk, span) else {
            return Ok(Vec::new());
        };
        let limit = i32::try_from(most).unwrap_or(i32::MAX);
        let mut pages = self
            .question(place, which)?
            .scan_index_forward(false)
            .limit(limit)
            .into_paginator()
            .send();
        let mut rows = Vec::new();
        while rows.len() < most
            && let Some(page) = pages.next().await
        {
            for item in page
                .map_err(|error| trouble("dynamodb:Query", &error))?
                .items
                .unwrap_or_default()
            {
                rows.push(row_of_item(item)?);
            }
        }
        // The limit applies to a page, so the last page may return more than needed.
        rows.truncate(most);
        Ok(rows)
    }
}

/// A key range within a partition.
struct Keys {
    expression: &'static str,
    names: &'static [(&'static str, &'static str)],
    values: Item,
}

impl Keys {
    /// `None`: no key lies between the ends. DynamoDB rejects such a query.
    fn new(pk: &str, span: &KeyRange) -> Option<Self> {
        let to = format!("{}{GREATEST}", span.to);
        let (expression, names): (_, &[_]) = match (&*span.from, &*span.to) {
            ("", "") => ("#pk = :pk", &[PK]),
            (_, "") => ("#pk = :pk AND #sk >= :from", &[PK, SK]),
            ("", _) => ("#pk = :pk AND #sk <= :to", &[PK, SK]),
            (from, _) if *from > *to => return None,
            _ => ("#pk = :pk AND #sk BETWEEN :from AND :to", &[PK, SK]),
        };
        let mut values = Item::from([(":pk".to_owned(), AttributeValue::S(pk.to_owned()))]);
        if !span.from.is_empty() {
            values.insert(":from".to_owned(), AttributeValue::S(span.from.clone()));
        }
        if !span.to.is_empty() {
            values.insert(":to".to_owned(), AttributeValue::S(to));
        }
        Some(Self {
            expression,
            names,
            values,
        })
    }
}

fn name_map(names: &[(&str, &str)]) -> HashMap<String, String> {
    names
        .iter()
        .map(|(placeholder, name)| ((*placeholder).to_owned(), (*name).to_owned()))
        .collect()
}

fn item_of_row(row: Row) -> Item {
    let mut item = Item::from([
        ("pk".to_owned(), AttributeValue::S(row.pk)),
        ("sk".to_owned(), AttributeValue::S(row.sk)),
        ("body".to_owned(), AttributeValue::S(row.body)),
        ("rank".to_owned(), AttributeValue::S(row.rank)),
        (
            "version".to_owned(),
            AttributeValue::N(row.version.to_string()),
        ),
    ]);
    if let Some(expires) = row.expires {
        item.insert(
            "expires".to_owned(),
            AttributeValue::N(expires.epoch_seconds().to_string()),
        );
    }
    item
}

fn row_of_item(mut item: Item) -> Result<Row, Trouble> {
    let mut text = |name: &str| match item.remove(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(not_a_row(name)),
    };
    let (pk, sk, body, rank) = (text("pk")?, text("sk")?, text("body")?, text("rank")?);
    let version = match item.remove("version") {
        Some(AttributeValue::N(number)) => number.parse().map_err(|_| not_a_row("version"))?,
        _ => return Err(not_a_row("version")),
    };
    let expires = match item.remove("expires") {
        Some(AttributeValue::N(number)) => Some(Moment::from_epoch_seconds(
            number.parse().map_err(|_| not_a_row("expires"))?,
        )),
        None => None,
        Some(_) => return Err(not_a_row("expires")),
    };
    Ok(Row {
        pk,
        sk,
        body,
        rank,
        version,
        expires,
    })
}

fn not_a_row(attribute: &str) -> Trouble {
    refused(
        "dynamodb:Query",
        &format!(
            "an item is not a rolewatch row: its attribute `{attribute}` is missing or has the \
             wrong type"
        ),
    )
}

mod kept;
#[cfg(test)]
mod tests;
