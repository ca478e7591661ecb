//! HTTP/1.1 on the loopback interface, one thread per connection.
//!
//! A request with `x-amz-target` is DynamoDB's. The other paths are for the measurement:
//!
//! | path | answer |
//! |---|---|
//! | `/policy` | the policy |
//! | `/rosters` | the key and the content of each roster |
//! | `/calls` | the calls since the last time: begin and end in nanoseconds since 1970, operation, rows read and written |
//! | `/noting/0`, `/noting/1` | nothing; from now on, calls aren't or are noted for `/calls` |
//! | `/switch/WHO/NUMBER` | the events of a new switch by a `member`, a `person` or a `stranger` |
//! | `/units` | DynamoDB's request units since the last time, for reading and for writing |
//! | `/rows` | how many rows the tables have |
//! | `/latency/NUMBER` | nothing; from now on, every answer of DynamoDB takes so many microseconds longer |

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::company::{Company, Who};
use crate::dynamo::Tables;
use crate::nanoseconds;

pub(crate) struct Shared {
    company: Company,
    tables: Tables,
    calls: Mutex<Vec<Value>>,
    notes_calls: AtomicBool,
    switches: AtomicU64,
    /// In microseconds.
    latency: AtomicU64,
    /// For reading and for writing.
    units: [AtomicUsize; 2],
}

impl Shared {
    pub(crate) fn new(company: Company, tables: Tables) -> Self {
        Self {
            company,
            tables,
            calls: Mutex::default(),
            notes_calls: AtomicBool::new(true),
            // Above the numbers of what is in the ledger.
            switches: AtomicU64::new(1_000_000_000),
            latency: AtomicU64::default(),
            units: Default::default(),
        }
    }

    fn measured(&self, path: &str) -> Value {
        let mut parts = path.trim_start_matches('/').split('/');
        match parts.next().unwrap_or_default() {
            "policy" => json!(self.company.policy()),
            "rosters" => json!(self.company.rosters()),
            "calls" => Value::Array(std::mem::take(&mut *self.calls.lock().unwrap())),
            "rows" => json!(self.tables.count()),
            "units" => json!(
                self.units
                    .each_ref()
                    .map(|of| of.swap(0, Ordering::Relaxed))
            ),
            "noting" => {
                let noting = parts.next() == Some("1");
                self.notes_calls.store(noting, Ordering::Relaxed);
                Value::Null
            }
            "latency" => {
                let latency = parts.next().unwrap().parse().unwrap();
                self.latency.store(latency, Ordering::Relaxed);
                Value::Null
            }
            "switch" => {
                let who = parts.next().unwrap();
                let number: usize = parts.next().unwrap().parse().unwrap();
                let account = number % self.company.accounts;
                let number = number / self.company.accounts;
                let who = match who {
                    "member" => Who::Member(number % self.company.members),
                    "person" => Who::Person(number % self.company.people),
                    _ => Who::Stranger(number),
                };
                let id = self.switches.fetch_add(1, Ordering::Relaxed);
                json!(self.company.switch(account, who, crate::now(), id))
            }
            _ => panic!("an unknown path: {path}"),
        }
    }

    /// The status, the rows read and written, and the body.
    fn answer(&self, request: &Request) -> (u16, [usize; 2], String) {
        let Some(target) = &request.target else {
            return (200, [0, 0], self.measured(&request.path).to_string());
        };
        let begin = nanoseconds();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let latency = self.latency.load(Ordering::Relaxed);
        if latency > 0 {
            std::thread::sleep(Duration::from_micros(latency));
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let (status, what, rows, text) = match self.tables.answer(operation, &body) {
            Ok(answer) => {
                let rows = [answer.read, answer.written];
                let [reading, writing] = &self.units;
                let of = if operation == "Query" {
                    reading
                } else {
                    writing
                };
                of.fetch_add(answer.units, Ordering::Relaxed);
                (200, operation.to_owned(), rows, answer.body.to_string())
            }
            Err(error) => {
                // A write that a condition prevents costs as much as one.
                self.units[1].fetch_add(1, Ordering::Relaxed);
                let kind = format!("com.amazonaws.dynamodb.v20120810#{error}");
                let text = json!({"__type": kind, "message": error}).to_string();
                (400, error, [0, 1], text)
            }
        };
        if self.notes_calls.load(Ordering::Relaxed) {
            let noted = json!([begin, nanoseconds(), what, rows[0], rows[1]]);
            self.calls.lock().unwrap().push(noted);
        }
        (status, rows, text)
    }
}

struct Request {
    path: String,
    target: Option<String>,
    body: Vec<u8>,
}

impl Request {
    /// `None`: the other side closed the connection.
    fn read(from: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let path = line.split(' ').nth(1)?.to_owned();
        let (mut target, mut length) = (None, 0);
        loop {
            line.clear();
            from.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "x-amz-target" => target = Some(value.to_owned()),
                "content-length" => length = value.parse().ok()?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        from.read_exact(&mut body).ok()?;
        Some(Self { path, target, body })
    }
}

pub(crate) fn serve(shared: &Shared, connection: TcpStream) {
    // Without this, loopback would add up to 40 ms to an answer.
    connection.set_nodelay(true).unwrap();
    let mut writer = connection.try_clone().unwrap();
    let mut reader = BufReader::with_capacity(64 * 1024, connection);
    while let Some(request) = Request::read(&mut reader) {
        let (status, [read, written], body) = shared.answer(&request);
        let head = format!(
            "HTTP/1.1 {status} x\r\ncontent-type: application/x-amz-json-1.0\r\n\
             x-rows: {read} {written}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        if writer.write_all((head + &body).as_bytes()).is_err() {
            return;
        }
    }
}
