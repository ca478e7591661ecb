//! How messages are shown: the language, the time zone and the runbook.

use crate::words::Words as _;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use rolewatch_guard::moment::Moment;

use rolewatch_guard::partition::console;

use super::words::{Labels, Language, RuleWords};
use rolewatch_live::wire::Alert;

/// How messages are shown.
#[derive(Debug, Clone)]
pub struct View {
    /// The language.
    pub language: Language,
    zone: TimeZone,
    zone_name: String,
    runbook: Option<String>,
    stack: Option<String>,
}

impl Default for View {
    fn default() -> Self {
        Self::with_zone(Language::English, TimeZone::UTC, None)
    }
}

/// The runbook's URL isn't one that Slack can show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a valid runbook URL: it must begin with `https://`, be shorter than 1,000 characters, and contain only printable ASCII without spaces, `<`, `>`, `|`, quotation marks or backticks"
)]
pub struct NotARunbook(String);

impl View {
    /// `zone` should have a name from the time zone database. A zone without a name is shown as
    /// UTC.
    pub fn new(
        language: Language,
        zone: TimeZone,
        runbook: Option<&str>,
    ) -> Result<Self, NotARunbook> {
        let linkable = |url: &&str| {
            url.starts_with("https://")
                && url.len() < 1_000
                && url
                    .chars()
                    .all(|c| c.is_ascii_graphic() && !"<>|\"`".contains(c))
        };
        if let Some(url) = runbook.filter(|url| !linkable(url)) {
            return Err(NotARunbook(url.chars().take(200).collect()));
        }
        Ok(Self::with_zone(language, zone, runbook))
    }

    fn with_zone(language: Language, zone: TimeZone, runbook: Option<&str>) -> Self {
        // Messages have to name the zone, so a zone without a name can't be used.
        let (zone, zone_name) = match zone.iana_name().map(str::to_owned) {
            Some(name) => (zone, name),
            None => (TimeZone::UTC, "UTC".to_owned()),
        };
        Self {
            language,
            zone,
            zone_name,
            runbook: runbook.map(str::to_owned),
            stack: None,
        }
    }

    /// The view of a team in Tokyo.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn sample(language: Language) -> Self {
        let zone = TimeZone::get("Asia/Tokyo").unwrap_or(TimeZone::UTC);
        let view = Self::with_zone(language, zone, Some("https://wiki.example.com/rolewatch"));
        view.of_stack(Some("rolewatch".to_owned()))
    }

    /// The finding's sentence. It is English if the alert has it in no other language.
    pub fn message<'a>(&self, alert: &'a Alert) -> &'a str {
        self.in_language(&alert.message, alert.message_ja.as_deref())
    }

    /// Of a text in English and in Japanese, the one to show.
    pub fn in_language<'a>(&self, english: &'a str, japanese: Option<&'a str>) -> &'a str {
        match self.language {
            Language::English => english,
            Language::Japanese => japanese.unwrap_or(english),
        }
    }

    /// Event time as people in the zone write it, with the zone's name.
    pub fn local_time(&self, time: Moment) -> String {
        let time = self.zoned(time).strftime("%Y-%m-%d %H:%M:%S");
        format!("{time} ({})", self.zone_name)
    }

    /// Event time to the minute, without the zone, for places where the zone is named once for all
    /// times.
    pub fn minute(&self, time: Moment) -> String {
        self.zoned(time).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The date in the reader's zone.
    pub fn date(&self, time: Moment) -> String {
        self.zoned(time).strftime("%Y-%m-%d").to_string()
    }

    /// A time in the zone. The calendar ends in the year 9999, later than any record.
    fn zoned(&self, time: Moment) -> Zoned {
        Timestamp::from_second(time.epoch_seconds())
            .unwrap_or(Timestamp::MAX)
            .to_zoned(self.zone.clone())
    }

    /// The span between two event times. Within one day, only the times, because the message
    /// already has the date.
    pub fn span_shown(&self, from: Moment, to: Moment) -> String {
        let first = self.zoned(from);
        let last = self.zoned(to);
        if first.date() == last.date() {
            return format!("{}–{}", first.strftime("%H:%M"), last.strftime("%H:%M"));
        }
        format!(
            "{} – {}",
            first.strftime("%Y-%m-%d %H:%M"),
            last.strftime("%Y-%m-%d %H:%M")
        )
    }

    /// The name of the stack, which commands in messages need.
    #[must_use]
    pub fn of_stack(self, stack: Option<String>) -> Self {
        Self { stack, ..self }
    }

    /// The name of the stack, if it is known.
    pub(crate) fn stack(&self) -> Option<&str> {
        self.stack.as_deref()
    }

    /// The link to the rule in the runbook. A URL that already has a fragment stays as it is.
    pub fn runbook(&self, rule: &str, name: &str) -> Option<String> {
        let url = self.runbook.as_deref()?;
        if url.contains('#') {
            return Some(url.to_owned());
        }
        let anchor: String = format!("{rule}-{name}").to_ascii_lowercase();
        let anchor: String = anchor
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .take(80)
            .collect();
        Some(format!("{url}#{anchor}"))
    }

    /// The words that are the same for every rule.
    pub fn labels(&self) -> &'static Labels {
        self.language.labels()
    }

    /// The words of a rule.
    pub fn rule_words(&self, code: &str) -> &'static RuleWords {
        self.language.rule_words(code)
    }
}

/// Whether a text can stand in a URL as it is.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// The page of CloudTrail's event history that shows an event. `None` if the Region or the ID isn't
/// one that AWS writes, or if no console is known for the alert's partition.
pub fn event_page(alert: &Alert, region: Option<&str>, event: &str) -> Option<String> {
    let region = region.filter(|region| is_plain(region))?;
    if !is_plain(event) {
        return None;
    }
    let host = console(alert.partition(), region)?;
    Some(format!(
        "https://{host}/cloudtrailv2/home?region={region}#/events?EventId={event}"
    ))
}

/// The page of CloudTrail's event history that lists the calls of the finding's session, in the
/// Region of the switch. `None` if the name of the session or the Region isn't one that AWS accepts.
pub fn session_page(alert: &Alert) -> Option<String> {
    let name = alert.session.as_ref()?.name.as_deref()?;
    let accepted = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !(2..=64).contains(&name.len()) || !name.chars().all(accepted) {
        return None;
    }
    // These characters would end the value in a URL.
    let mut value = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '+' => value.push_str("%2B"),
            '=' => value.push_str("%3D"),
            ',' => value.push_str("%2C"),
            '@' => value.push_str("%40"),
            other => value.push(other),
        }
    }
    let region = alert.region.as_deref()?;
    let region = is_plain(region).then_some(region)?;
    let host = console(alert.partition(), region)?;
    Some(format!(
        "https://{host}/cloudtrailv2/home?region={region}#/events?Username={value}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(zone: &str, runbook: Option<&str>) -> Result<View, NotARunbook> {
        View::new(Language::English, TimeZone::get(zone).unwrap(), runbook)
    }

    #[test]
    fn times_are_shown_in_the_zone_of_the_reader() {
        let local =
            |zone: &str, time: &str| view(zone, None).unwrap().local_time(time.parse().unwrap());
        assert_eq!(
            local("Asia/Tokyo", "2026-01-31T18:30:05Z"),
            "2026-02-01 03:30:05 (Asia/Tokyo)"
        );
        assert_eq!(
            local("Europe/Berlin", "2026-07-01T12:00:00Z"),
            "2026-07-01 14:00:00 (Europe/Berlin)"
        );
        assert_eq!(
            local("UTC", "2026-07-01T12:00:00Z"),
            "2026-07-01 12:00:00 (UTC)"
        );
    }

    #[test]
    fn a_span_says_the_day_only_where_there_are_two() {
        let at = |time: &str| time.parse().unwrap();
        let span = |zone: &str| {
            view(zone, None)
                .unwrap()
                .span_shown(at("2026-01-31T14:01:05Z"), at("2026-01-31T15:12:00Z"))
        };
        assert_eq!(span("UTC"), "14:01–15:12");
        assert_eq!(span("Asia/Tokyo"), "2026-01-31 23:01 – 2026-02-01 00:12");
    }

    #[test]
    fn the_runbook_opens_at_the_rule() {
        let page = view("UTC", Some("https://wiki.example.com/rolewatch"))
            .unwrap()
            .runbook("RW002", "switch-without-mfa");
        assert_eq!(
            page.as_deref(),
            Some("https://wiki.example.com/rolewatch#rw002-switch-without-mfa")
        );
    }

    #[test]
    fn a_runbook_that_could_break_out_of_its_link_is_refused() {
        for bad in ["javascript:alert(1)", "https://a|b", "https://a><!here"] {
            assert!(view("UTC", Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn events_open_in_the_console_of_their_region() {
        let alert = super::super::sample::alert();
        let event_page = |region, event| event_page(&alert, region, event);
        assert_eq!(
            event_page(
                Some("ap-northeast-1"),
                "11111111-aaaa-4bbb-8ccc-EXAMPLE00001"
            )
            .as_deref(),
            Some(
                "https://ap-northeast-1.console.aws.amazon.com/cloudtrailv2/home?region=ap-northeast-1#/events?EventId=11111111-aaaa-4bbb-8ccc-EXAMPLE00001"
            )
        );
        assert_eq!(event_page(Some("us-east-1"), "x>|<!here"), None);
        assert_eq!(event_page(None, "1"), None);
    }
}
