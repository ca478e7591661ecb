//! Values near those of a policy, for keys whose value the caller chooses: the values that meet an
//! order or a range aren't spelled out in any policy.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};

use super::{AddressBlock, Operator, OperatorKind, instant};

/// The smallest step from a number, so that a value between two close bounds is tried too.
const STEP: f64 = 1.0 / 1_048_576.0;

impl Operator {
    /// Values at, below and above a number or a time; addresses at both ends of a range and next to
    /// them. Together with those of the key's other conditions, they cover every case that these
    /// conditions distinguish. Empty if the operator compares texts, or the value can't be read.
    pub(in crate::iam) fn samples(self, wanted: &str) -> Vec<String> {
        match self.kind {
            OperatorKind::Number(_) => wanted.trim().parse().ok().map_or_else(Vec::new, numbers),
            OperatorKind::Date(_) => instant(wanted).map_or_else(Vec::new, times_around),
            OperatorKind::Address => {
                AddressBlock::read(wanted).map_or_else(Vec::new, |block| addresses(&block))
            }
            OperatorKind::Text
            | OperatorKind::TextAnyCase
            | OperatorKind::TextLike
            | OperatorKind::Arn
            | OperatorKind::Bool
            | OperatorKind::Binary
            | OperatorKind::Null => Vec::new(),
        }
    }
}

fn numbers(at: f64) -> Vec<String> {
    let just_below = (at - STEP).min(at.next_down());
    let just_above = (at + STEP).max(at.next_up());
    [at, at - 1.0, at + 1.0, just_below, just_above]
        .iter()
        .map(f64::to_string)
        .collect()
}

fn times_around(at: Timestamp) -> Vec<String> {
    let (second, least) = (SignedDuration::from_secs(1), SignedDuration::from_nanos(1));
    let beside = [-second, second, -least, least].map(|step| at.checked_add(step).ok());
    std::iter::once(at)
        .chain(beside.into_iter().flatten())
        .map(|time| time.to_string())
        .collect()
}

/// Includes the smallest address of each version: it may be the only one outside all ranges.
fn addresses(block: &AddressBlock) -> Vec<String> {
    let (first, last) = block.first_and_last();
    let beside = [before(first), next_address(last)].into_iter().flatten();
    let least = [
        IpAddr::from(Ipv4Addr::UNSPECIFIED),
        IpAddr::from(Ipv6Addr::UNSPECIFIED),
    ];
    [first, last]
        .into_iter()
        .chain(beside)
        .chain(least)
        .map(|address| address.to_string())
        .collect()
}

fn before(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(four) => Some(Ipv4Addr::from_bits(four.to_bits().checked_sub(1)?).into()),
        IpAddr::V6(six) => Some(Ipv6Addr::from_bits(six.to_bits().checked_sub(1)?).into()),
    }
}

fn next_address(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(four) => Some(Ipv4Addr::from_bits(four.to_bits().checked_add(1)?).into()),
        IpAddr::V6(six) => Some(Ipv6Addr::from_bits(six.to_bits().checked_add(1)?).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(operator: &str, wanted: &str) -> Vec<String> {
        Operator::by_name(operator).unwrap().samples(wanted)
    }

    #[test]
    fn addresses_are_both_ends_and_what_is_beside_them() {
        let found = samples("IpAddress", "203.0.113.77/24");
        assert_eq!(
            found[..4],
            [
                "203.0.113.0",
                "203.0.113.255",
                "203.0.112.255",
                "203.0.114.0"
            ]
        );
        assert_eq!(
            samples("NotIpAddress", "0.0.0.0/0"),
            ["0.0.0.0", "255.255.255.255", "0.0.0.0", "::"]
        );
        assert_eq!(samples("IpAddress", "2001:db8::/127")[1], "2001:db8::1");
        assert!(samples("IpAddress", "203.0.113.0/33").is_empty());
    }

    #[test]
    fn numbers_and_times_have_one_on_each_side_however_great_they_are() {
        for wanted in ["0", "5", "-2.5", "1e15", "1e200"] {
            let at: f64 = wanted.parse().unwrap();
            let found: Vec<f64> = samples("NumericLessThan", wanted)
                .iter()
                .map(|text| text.parse().unwrap())
                .collect();
            assert!(
                found.iter().any(|n| *n < at) && found.iter().any(|n| *n > at),
                "{found:?}"
            );
        }
        let found = samples("DateEquals", "2026");
        assert_eq!(
            found[..3],
            [
                "2026-01-01T00:00:00Z",
                "2025-12-31T23:59:59Z",
                "2026-01-01T00:00:01Z"
            ]
        );
    }
}
