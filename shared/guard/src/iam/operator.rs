//! Condition operators: how a value of a request compares with a value of a policy.

mod samples;

use crate::text;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::Timestamp;
use jiff::civil::Date;

use super::context::Context;
use super::made_up::Texts;
use super::pattern::{Pattern, PatternSyntax};
use super::truth::Truth;

/// The kind of comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OperatorKind {
    /// `StringEquals`
    Text,
    /// `StringEqualsIgnoreCase`
    TextAnyCase,
    /// `StringLike`
    TextLike,
    /// `ArnEquals` and `ArnLike`, which are the same.
    Arn,
    /// `Bool`
    Bool,
    /// `Numeric…`
    Number(Order),
    /// `Date…`
    Date(Order),
    /// `IpAddress`
    Address,
    /// `BinaryEquals`: both sides are base64.
    Binary,
    /// `Null`
    Null,
}

/// The order that counts as a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// An operator without `ForAllValues:`, `ForAnyValue:` and `…IfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operator {
    pub(super) kind: OperatorKind,
    /// `…Not…`: matches if no value of the policy does.
    pub(super) negated: bool,
}

impl Operator {
    /// `None`: IAM has no such operator.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        let (kind, negated) = match &*name.to_ascii_lowercase() {
            "stringequals" => (OperatorKind::Text, false),
            "stringnotequals" => (OperatorKind::Text, true),
            "stringequalsignorecase" => (OperatorKind::TextAnyCase, false),
            "stringnotequalsignorecase" => (OperatorKind::TextAnyCase, true),
            "stringlike" => (OperatorKind::TextLike, false),
            "stringnotlike" => (OperatorKind::TextLike, true),
            "arnequals" | "arnlike" => (OperatorKind::Arn, false),
            "arnnotequals" | "arnnotlike" => (OperatorKind::Arn, true),
            "bool" => (OperatorKind::Bool, false),
            "numericequals" => (OperatorKind::Number(Order::Equal), false),
            "numericnotequals" => (OperatorKind::Number(Order::Equal), true),
            "numericlessthan" => (OperatorKind::Number(Order::Less), false),
            "numericlessthanequals" => (OperatorKind::Number(Order::LessOrEqual), false),
            "numericgreaterthan" => (OperatorKind::Number(Order::Greater), false),
            "numericgreaterthanequals" => (OperatorKind::Number(Order::GreaterOrEqual), false),
            "dateequals" => (OperatorKind::Date(Order::Equal), false),
            "datenotequals" => (OperatorKind::Date(Order::Equal), true),
            "datelessthan" => (OperatorKind::Date(Order::Less), false),
            "datelessthanequals" => (OperatorKind::Date(Order::LessOrEqual), false),
            "dategreaterthan" => (OperatorKind::Date(Order::Greater), false),
            "dategreaterthanequals" => (OperatorKind::Date(Order::GreaterOrEqual), false),
            "ipaddress" => (OperatorKind::Address, false),
            "notipaddress" => (OperatorKind::Address, true),
            "binaryequals" => (OperatorKind::Binary, false),
            "null" => (OperatorKind::Null, false),
            _ => return None,
        };
        Some(Self { kind, negated })
    }

    /// Example texts that match `wanted`, if some can be built.
    pub(super) fn examples(self, wanted: &str, variables: bool, context: &Context) -> Vec<String> {
        self.pattern(wanted, variables, context)
            .examples()
            .collect()
    }

    /// All texts that match `wanted`, and whether they certainly do: a variable whose value isn't
    /// known is assumed to match any text. `None`: it doesn't compare texts.
    pub(super) fn matching_texts(
        self,
        wanted: &str,
        variables: bool,
        context: &Context,
    ) -> Option<(Texts, bool)> {
        let (any_case, by_parts) = match self.kind {
            OperatorKind::Text | OperatorKind::TextLike => (false, false),
            OperatorKind::TextAnyCase | OperatorKind::Bool => (true, false),
            OperatorKind::Arn => (false, true),
            OperatorKind::Number(Order::Equal) => {
                return Some((Texts::exactly(wanted.trim()), true));
            }
            OperatorKind::Number(_)
            | OperatorKind::Date(_)
            | OperatorKind::Address
            | OperatorKind::Binary
            | OperatorKind::Null => {
                return None;
            }
        };
        let pattern = self.pattern(wanted, variables, context);
        if by_parts && !pattern.is_whole_arn() {
            // IAM doesn't document what this matches.
            return Some((Texts::any(), false));
        }
        Some((
            Texts::of_pattern(&pattern, any_case, by_parts),
            pattern.is_known(),
        ))
    }

    fn pattern(self, wanted: &str, variables: bool, context: &Context) -> Pattern {
        let reading = PatternSyntax {
            wildcards: matches!(self.kind, OperatorKind::TextLike | OperatorKind::Arn),
            variables,
        };
        Pattern::read(wanted, reading, context)
    }

    /// Whether only an identical text matches, so that lists of hundreds of ids aren't parsed as
    /// patterns.
    fn is_plain(self, wanted: &str) -> bool {
        match self.kind {
            OperatorKind::Text => !wanted.contains('$'),
            OperatorKind::TextLike => !wanted.contains(['$', '*', '?']),
            _ => false,
        }
    }

    /// Whether a value of the request matches one of the policy's. The caller applies the negation.
    pub(super) fn matches(
        self,
        wanted: &str,
        variables: bool,
        value: &str,
        context: &Context,
    ) -> Truth {
        if self.is_plain(wanted) {
            return (wanted == value).into();
        }
        let pattern = self.pattern(wanted, variables, context);
        if pattern.has_missing() {
            // "There is no equal or like value", and inverted operators do match (*Policy variables
            // with no value*).
            return Truth::No;
        }
        match self.kind {
            OperatorKind::Text | OperatorKind::TextLike => pattern.matches(value, false),
            OperatorKind::TextAnyCase | OperatorKind::Bool => pattern.matches(value, true),
            OperatorKind::Arn => pattern.matches_arn(value).unwrap_or_else(|| {
                Truth::open(text!("`{wanted}`, which is not a complete ARN", wanted))
            }),
            OperatorKind::Number(order) => compared(
                wanted,
                wanted.trim().parse::<f64>().ok(),
                value.trim().parse().ok(),
                order,
            ),
            OperatorKind::Date(order) => compared(wanted, instant(wanted), instant(value), order),
            OperatorKind::Address => match AddressBlock::read(wanted) {
                Some(block) => value
                    .parse()
                    .is_ok_and(|address| block.contains(address))
                    .into(),
                None => Truth::open(text!(
                    "`{wanted}`, which is not an IP address range",
                    wanted
                )),
            },
            OperatorKind::Binary => {
                // Base64 with and without padding is the same value.
                (wanted.trim_end_matches('=') == value.trim_end_matches('=')).into()
            }
            OperatorKind::Null => Truth::No,
        }
    }
}

fn compared<T: PartialOrd>(
    written: &str,
    wanted: Option<T>,
    value: Option<T>,
    order: Order,
) -> Truth {
    let Some(wanted) = wanted else {
        return Truth::open(text!("`{written}`, which can't be compared", written));
    };
    // A value of the request that isn't a number matches nothing. Such a value in the policy leaves
    // the answer open: IAM doesn't document how it treats the document.
    let Some(value) = value else { return Truth::No };
    match order {
        Order::Equal => value == wanted,
        Order::Less => value < wanted,
        Order::LessOrEqual => value <= wanted,
        Order::Greater => value > wanted,
        Order::GreaterOrEqual => value >= wanted,
    }
    .into()
}

/// An ISO 8601 time as W3C defines it (a year, a month or a day means its first second in UTC), or
/// seconds since 1970.
fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(stamp) = text.parse() {
        return Some(stamp);
    }
    let day = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    if let Ok(date) = day.parse::<Date>() {
        return Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp());
    }
    Timestamp::from_second(text.parse().ok()?).ok()
}

/// `203.0.113.0/24`. A single address is a block of one.
struct AddressBlock {
    start: IpAddr,
    bits: u32,
}

impl AddressBlock {
    fn read(text: &str) -> Option<Self> {
        let (start, bits) = text
            .split_once('/')
            .map_or((text, None), |(start, bits)| (start, Some(bits)));
        let start: IpAddr = start.parse().ok()?;
        let most = if start.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
        (bits <= most).then_some(Self { start, bits })
    }

    fn contains(&self, address: IpAddr) -> bool {
        let (first, last) = self.first_and_last();
        first.is_ipv4() == address.is_ipv4() && (first..=last).contains(&address)
    }

    /// Its first and its last address.
    fn first_and_last(&self) -> (IpAddr, IpAddr) {
        match self.start {
            IpAddr::V4(start) => {
                let mask = u32::MAX.checked_shl(32 - self.bits).unwrap_or(0);
                let at = |bits| IpAddr::from(Ipv4Addr::from_bits(bits));
                (at(start.to_bits() & mask), at(start.to_bits() | !mask))
            }
            IpAddr::V6(start) => {
                let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
                let at = |bits| IpAddr::from(Ipv6Addr::from_bits(bits));
                (at(start.to_bits() & mask), at(start.to_bits() | !mask))
            }
        }
    }
}
