//! The two tables, and the requests of DynamoDB that the functions send.
//!
//! Any other request is answered with an error, so that a wrong one makes the measurement fail
//! instead of falsifying it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Mutex;

use rolewatch_guard::moment::Moment;
use rolewatch_live::port::{Row, TableKind};
use serde_json::{Value, json};

pub(crate) type Rows = BTreeMap<(TableKind, String), BTreeMap<String, Row>>;

pub(crate) struct Tables(Mutex<Rows>);

/// The answer to a request: its body, and how many rows it read and wrote.
pub(crate) struct Answer {
    pub(crate) body: Value,
    pub(crate) read: usize,
    pub(crate) written: usize,
    /// DynamoDB's request units, for reading or for writing.
    pub(crate) units: usize,
}

impl Answer {
    fn written(written: usize, units: usize, body: Value) -> Self {
        Self {
            body,
            read: 0,
            written,
            units,
        }
    }
}

/// The size of a row, as DynamoDB counts it: names and values, and a few bytes for each number.
fn size(row: &Row) -> usize {
    let texts = [&row.pk, &row.sk, &row.body, &row.rank].map(String::len);
    texts.iter().sum::<usize>() + "pk sk body rank version expires".len() + 12
}

/// A write of up to 1 KB is one unit.
fn write_units(row: &Row) -> usize {
    size(row).div_ceil(1_024)
}

impl Tables {
    pub(crate) fn new(rows: Rows) -> Self {
        Self(Mutex::new(rows))
    }

    /// Answers a request. An error is the name of DynamoDB's error.
    pub(crate) fn answer(&self, operation: &str, request: &Value) -> Result<Answer, String> {
        match operation {
            "Query" => Ok(self.query(request)),
            "PutItem" => self.put_item(request),
            "BatchWriteItem" => Ok(self.batch_write_item(request)),
            other => Err(format!("UnknownOperationException: {other}")),
        }
    }

    /// How many rows the tables have.
    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap().values().map(BTreeMap::len).sum()
    }

    fn query(&self, request: &Value) -> Answer {
        let values = &request["ExpressionAttributeValues"];
        let text = |name: &str| values[name]["S"].as_str();
        let pk = text(":pk").unwrap();
        let from = text(":from").unwrap_or_default();
        let most = request["Limit"].as_u64().unwrap_or(u64::MAX);
        let most = usize::try_from(most).unwrap();
        let backward = request["ScanIndexForward"] == false;
        let after = request["ExclusiveStartKey"]["sk"]["S"].as_str();
        let rows = self.0.lock().unwrap();
        let partition = rows.get(&(place(request), pk.to_owned()));
        let within = partition
            .into_iter()
            .flat_map(|rows| rows.range(from.to_owned()..))
            .take_while(|(sk, _)| text(":to").is_none_or(|to| sk.as_str() <= to));
        let mut found: Vec<&Row> = within.map(|(_, row)| row).collect();
        if backward {
            found.reverse();
        }
        if let Some(after) = after {
            let at = found.iter().position(|row| row.sk == after);
            found.drain(..=at.unwrap());
        }
        let more = found.len() > most;
        found.truncate(most);
        // A consistent read of up to 4 KB, or of nothing, is one unit.
        let bytes: usize = found.iter().map(|row| size(row)).sum();
        let items: Vec<Value> = found.iter().map(|row| item_of_row(row)).collect();
        let read = items.len();
        let mut body = json!({"Items": items, "Count": read, "ScannedCount": read});
        if let Some(last) = found.last().filter(|_| more) {
            body["LastEvaluatedKey"] = json!({"pk": {"S": last.pk}, "sk": {"S": last.sk}});
        }
        Answer {
            body,
            read,
            written: 0,
            units: bytes.div_ceil(4_096).max(1),
        }
    }

    fn put_item(&self, request: &Value) -> Result<Answer, String> {
        let row = row_of_item(&request["Item"]);
        let condition = request["ConditionExpression"].as_str().unwrap_or_default();
        let wanted = &request["ExpressionAttributeValues"][":it"];
        let units = write_units(&row);
        let mut rows = self.0.lock().unwrap();
        let partition = rows.entry((place(request), row.pk.clone())).or_default();
        match partition.entry(row.sk.clone()) {
            Entry::Vacant(_) if condition.contains("#version") => {
                return Err("ConditionalCheckFailedException".to_owned());
            }
            Entry::Vacant(free) => drop(free.insert(row)),
            Entry::Occupied(mut there) => {
                if !holds(condition, there.get(), wanted) {
                    return Err("ConditionalCheckFailedException".to_owned());
                }
                there.insert(row);
            }
        }
        Ok(Answer::written(1, units, json!({})))
    }

    fn batch_write_item(&self, request: &Value) -> Answer {
        let (mut written, mut units) = (0, 0);
        let mut rows = self.0.lock().unwrap();
        for (table, writes) in request["RequestItems"].as_object().unwrap() {
            for write in writes.as_array().unwrap() {
                let row = row_of_item(&write["PutRequest"]["Item"]);
                units += write_units(&row);
                written += 1;
                let partition = rows.entry((place_of(table), row.pk.clone())).or_default();
                partition.insert(row.sk.clone(), row);
            }
        }
        Answer::written(written, units, json!({"UnprocessedItems": {}}))
    }
}

/// The conditions with which rows are written, where there is a row.
fn holds(condition: &str, there: &Row, wanted: &Value) -> bool {
    let wanted_rank = || wanted["S"].as_str().unwrap();
    if condition.contains("#version = :it") {
        wanted["N"].as_str() == Some(&there.version.to_string())
    } else if condition.contains("#rank > :it") {
        *there.rank > *wanted_rank()
    } else if condition.contains("#rank < :it") {
        *there.rank < *wanted_rank()
    } else {
        condition.is_empty()
    }
}

fn place(request: &Value) -> TableKind {
    place_of(request["TableName"].as_str().unwrap())
}

fn place_of(table: &str) -> TableKind {
    if table.ends_with("ledger") {
        TableKind::Ledger
    } else {
        TableKind::Outbox
    }
}

fn item_of_row(row: &Row) -> Value {
    let mut item = json!({
        "pk": {"S": row.pk},
        "sk": {"S": row.sk},
        "body": {"S": row.body},
        "rank": {"S": row.rank},
        "version": {"N": row.version.to_string()},
    });
    if let Some(expires) = row.expires {
        item["expires"] = json!({"N": expires.epoch_seconds().to_string()});
    }
    item
}

fn row_of_item(item: &Value) -> Row {
    let text = |name: &str| item[name]["S"].as_str().unwrap().to_owned();
    let expires = item["expires"]["N"].as_str();
    Row {
        pk: text("pk"),
        sk: text("sk"),
        body: text("body"),
        rank: text("rank"),
        version: item["version"]["N"].as_str().unwrap().parse().unwrap(),
        expires: expires.map(|at| Moment::from_epoch_seconds(at.parse().unwrap())),
    }
}
