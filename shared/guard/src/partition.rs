//! AWS's partitions, which have their own accounts, ARNs and consoles. AWS keeps adding partitions,
//! so judging a switch doesn't require its partition to be listed here.

/// What is known about a partition independent of its logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownPartition {
    /// The name in ARNs.
    pub partition: &'static str,
    /// The Region where IAM events are recorded: the one that IAM's endpoint signs for, according
    /// to AWS's own endpoint rules.
    pub iam_region: &'static str,
    /// The host of the console sign-in. `None`: it isn't public.
    pub sign_in: Option<&'static str>,
    /// The host of the console. `None`: it isn't public.
    pub console: Option<&'static str>,
}

/// The partitions that AWS's SDKs name.
pub const KNOWN: [KnownPartition; 8] = [
    KnownPartition {
        partition: "aws",
        iam_region: "us-east-1",
        sign_in: Some("signin.aws.amazon.com"),
        console: Some("console.aws.amazon.com"),
    },
    KnownPartition {
        partition: "aws-cn",
        iam_region: "cn-north-1",
        sign_in: Some("signin.amazonaws.cn"),
        console: Some("console.amazonaws.cn"),
    },
    KnownPartition {
        partition: "aws-us-gov",
        iam_region: "us-gov-west-1",
        sign_in: Some("signin.amazonaws-us-gov.com"),
        console: Some("console.amazonaws-us-gov.com"),
    },
    KnownPartition {
        partition: "aws-eusc",
        iam_region: "eusc-de-east-1",
        // AWS's documentation only has the name with a Region.
        sign_in: Some("eusc-de-east-1.signin.amazonaws-eusc.eu"),
        console: Some("console.amazonaws-eusc.eu"),
    },
    KnownPartition {
        partition: "aws-iso",
        iam_region: "us-iso-east-1",
        sign_in: None,
        console: None,
    },
    KnownPartition {
        partition: "aws-iso-b",
        iam_region: "us-isob-east-1",
        sign_in: None,
        console: None,
    },
    KnownPartition {
        partition: "aws-iso-e",
        iam_region: "eu-isoe-west-1",
        sign_in: None,
        console: None,
    },
    KnownPartition {
        partition: "aws-iso-f",
        iam_region: "us-isof-south-1",
        sign_in: None,
        console: None,
    },
];

/// What is known about a partition; `None` if it isn't listed.
pub fn known_partition(partition: &str) -> Option<&'static KnownPartition> {
    KNOWN.iter().find(|known| known.partition == partition)
}

/// The partition of a Region, if its name shows it.
pub fn of_region(region: &str) -> Option<&'static KnownPartition> {
    let words: Vec<&str> = region.split('-').collect();
    known_partition(match words.as_slice() {
        ["cn", _, _] => "aws-cn",
        ["us", "gov", _, _] => "aws-us-gov",
        ["eusc", _, _, _] => "aws-eusc",
        ["us", "iso", _, _] => "aws-iso",
        ["us", "isob", _, _] => "aws-iso-b",
        ["eu", "isoe", _, _] => "aws-iso-e",
        ["us", "isof", _, _] => "aws-iso-f",
        [
            "us" | "eu" | "ap" | "sa" | "ca" | "me" | "af" | "il" | "mx",
            _,
            _,
        ] => "aws",
        _ => return None,
    })
}

/// The host of the console in a Region. `partition` is the partition of the ARNs in use, if any.
///
/// `None` if it isn't known, or if ARN and Region are in different partitions: no link is better
/// than a wrong one.
pub fn console(partition: Option<&str>, region: &str) -> Option<String> {
    let by_region = of_region(region);
    let known = match partition {
        Some(partition) => {
            known_partition(partition).filter(|known| by_region.is_none_or(|other| other == *known))
        }
        None => by_region,
    }?;
    let host = known.console?;
    Some(if known.partition == "aws" {
        format!("{region}.{host}")
    } else {
        host.to_owned()
    })
}

/// Whether IAM events may be recorded in this Region, according to what is known independent of the
/// logs. Old trails wrote `global` instead.
pub fn may_record_iam(region: &str) -> bool {
    region == GLOBAL || KNOWN.iter().any(|known| known.iam_region == region)
}

/// What trails wrote until November 2021 as the Region of services without one. Such records were
/// written to the files of every Region.
pub(crate) const GLOBAL: &str = "global";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_shows_its_partition_or_none() {
        for (region, partition) in [
            ("us-east-1", Some("aws")),
            ("mx-central-1", Some("aws")),
            ("ap-southeast-7", Some("aws")),
            ("cn-northwest-1", Some("aws-cn")),
            ("us-gov-east-1", Some("aws-us-gov")),
            ("eusc-de-east-1", Some("aws-eusc")),
            ("us-iso-west-1", Some("aws-iso")),
            ("us-isob-east-1", Some("aws-iso-b")),
            ("eu-isoe-west-1", Some("aws-iso-e")),
            ("us-isof-south-1", Some("aws-iso-f")),
            ("nova-lyra-2", None),
            ("us-nova-east-1", None),
            ("global", None),
            ("", None),
        ] {
            assert_eq!(
                of_region(region).map(|known| known.partition),
                partition,
                "{region}"
            );
        }
        for known in KNOWN {
            assert_eq!(
                of_region(known.iam_region).map(|known| known.partition),
                Some(known.partition)
            );
        }
    }

    #[test]
    fn a_console_is_the_partitions_own_or_none() {
        let host = |partition, region| console(partition, region);
        assert_eq!(
            host(Some("aws"), "us-east-1").as_deref(),
            Some("us-east-1.console.aws.amazon.com")
        );
        assert_eq!(
            host(None, "ap-northeast-1").as_deref(),
            Some("ap-northeast-1.console.aws.amazon.com")
        );
        assert_eq!(
            host(Some("aws"), "zz-new-1").as_deref(),
            Some("zz-new-1.console.aws.amazon.com")
        );
        assert_eq!(
            host(Some("aws-cn"), "cn-north-1").as_deref(),
            Some("console.amazonaws.cn")
        );
        assert_eq!(
            host(None, "us-gov-west-1").as_deref(),
            Some("console.amazonaws-us-gov.com")
        );
        assert_eq!(
            host(Some("aws-eusc"), "eusc-de-east-1").as_deref(),
            Some("console.amazonaws-eusc.eu")
        );
        for (partition, region) in [
            (Some("aws-iso"), "us-iso-east-1"),
            (Some("aws-nova"), "nova-lyra-2"),
            (Some("aws-nova"), "us-east-1"),
            (Some("aws"), "cn-north-1"),
            (Some("aws-cn"), "us-east-1"),
            (None, "nova-lyra-2"),
            (None, "us-isob-east-1"),
        ] {
            assert_eq!(host(partition, region), None, "{partition:?} {region}");
        }
    }
}
